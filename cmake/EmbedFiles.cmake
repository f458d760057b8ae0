# SPDX-License-Identifier: Apache-2.0
# jumplora_embed_text(TARGET NAME HEADER FILES...): compiles text files into TARGET as
#   std::span<const EmbeddedText> jumplora::NAME()
# in the order of their names. HEADER declares EmbeddedText (name, text) and the function.
# The file is its own build step: run as a script it writes the source.

if(CMAKE_SCRIPT_MODE_FILE)
  string(REPLACE "|" ";" files "${FILES}")
  set(source "// Generated from the files named below; changes here are lost.\n#include \"${HEADER}\"\n\n")
  string(APPEND source "namespace jumplora {\n\nstd::span<const EmbeddedText> ${NAME}() {\n")
  string(APPEND source "    static constexpr EmbeddedText kFiles[] = {\n")
  foreach(path IN LISTS files)
    file(READ "${path}" text)
    get_filename_component(name "${path}" NAME)
    string(APPEND source "        {\"${name}\", R\"embedded(${text})embedded\"},\n")
  endforeach()
  string(APPEND source "    };\n    return kFiles;\n}\n\n}  // namespace jumplora\n")
  file(WRITE "${OUTPUT}" "${source}")
  return()
endif()

set(JUMPLORA_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(jumplora_embed_text target name header)
  list(SORT ARGN)
  list(JOIN ARGN "|" joined)
  set(output "${CMAKE_BINARY_DIR}/embedded/${name}.cpp")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${output}" "-DNAME=${name}" "-DHEADER=${header}" "-DFILES=${joined}"
            -P "${JUMPLORA_EMBED_SCRIPT}"
    DEPENDS ${ARGN} "${JUMPLORA_EMBED_SCRIPT}"
    COMMENT "Embedding ${name}"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()
