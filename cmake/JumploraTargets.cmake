# SPDX-License-Identifier: Apache-2.0
# Compiler settings, third-party packages and the two functions that make a room of the house
# (a static library per folder of core/) and its tests.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

find_program(JUMPLORA_CCACHE ccache)
if(JUMPLORA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The precompiled header is created with fixed settings, so ccache may ignore time macros.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${JUMPLORA_CCACHE})
endif()

find_package(Torch REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SENTENCEPIECE REQUIRED IMPORTED_TARGET sentencepiece)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)

# Everything below is ours: warnings are errors.
add_library(jumplora_flags INTERFACE)
target_compile_options(jumplora_flags INTERFACE -Wall -Wextra -Werror)
# g++ 12 at -O3 sees impossible copies in std::string's operator+ (GCC bugs 105329 and 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(jumplora_flags INTERFACE -Wno-stringop-overflow -Wno-restrict -Wno-array-bounds)
endif()
target_include_directories(jumplora_flags INTERFACE "${CMAKE_SOURCE_DIR}/core")
# LibTorch 2.x ships another fmt among its headers. Ours is the one that is linked, so it has to be found first.
get_target_property(_fmt_include fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/first")
file(CREATE_LINK "${_fmt_include}/fmt" "${CMAKE_BINARY_DIR}/first/fmt" SYMBOLIC)
target_include_directories(jumplora_flags SYSTEM INTERFACE "${CMAKE_BINARY_DIR}/first")
# fmt and spdlog header inlines of g++ 12 give false positives under sanitizers.
if(JUMPLORA_SANITIZE)
  target_compile_options(jumplora_flags INTERFACE
    -fsanitize=${JUMPLORA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined
    -Wno-error=maybe-uninitialized -Wno-error=stringop-overflow)
  target_link_options(jumplora_flags INTERFACE -fsanitize=${JUMPLORA_SANITIZE})
endif()

# LibTorch's own include directories are system directories for us; -w for its headers.
add_library(jumplora_torch INTERFACE)
get_target_property(_torch_includes torch INTERFACE_INCLUDE_DIRECTORIES)
target_include_directories(jumplora_torch SYSTEM INTERFACE ${_torch_includes} ${TORCH_INCLUDE_DIRS})
target_link_libraries(jumplora_torch INTERFACE ${TORCH_LIBRARIES})
separate_arguments(JUMPLORA_ABI_FLAGS UNIX_COMMAND "${TORCH_CXX_FLAGS}")
target_compile_options(jumplora_torch INTERFACE ${JUMPLORA_ABI_FLAGS})

# One precompiled header for every library and test that sees LibTorch.
file(WRITE "${CMAKE_BINARY_DIR}/torch_pch.cpp" "// The precompiled LibTorch header lives in this target.\n")
add_library(jumplora_torch_pch STATIC "${CMAKE_BINARY_DIR}/torch_pch.cpp")
target_link_libraries(jumplora_torch_pch PRIVATE jumplora_flags jumplora_torch)
target_precompile_headers(jumplora_torch_pch PRIVATE "${CMAKE_SOURCE_DIR}/core/base/torch_api.h")

# jumplora_room(NAME [TORCH] [DEPS ...]): static library jumplora_NAME from core/NAME/*.cpp.
function(jumplora_room name)
  cmake_parse_arguments(ROOM "TORCH" "" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/core/${name}/*.cpp")
  if(NOT sources)
    add_library(jumplora_${name} INTERFACE)
    target_link_libraries(jumplora_${name} INTERFACE ${ROOM_DEPS})
    return()
  endif()
  add_library(jumplora_${name} STATIC ${sources})
  target_link_libraries(jumplora_${name} PRIVATE jumplora_flags PUBLIC ${ROOM_DEPS})
  target_include_directories(jumplora_${name} PUBLIC "${CMAKE_SOURCE_DIR}/core")
  if(ROOM_TORCH)
    target_link_libraries(jumplora_${name} PUBLIC jumplora_torch)
    target_precompile_headers(jumplora_${name} REUSE_FROM jumplora_torch_pch)
  endif()
endfunction()

# jumplora_test(NAME [TORCH] [LABELS ...] DEPS ...): ctest entries from tests/core/NAME/*.cpp.
function(jumplora_test name)
  cmake_parse_arguments(ROOM "TORCH" "" "DEPS;LABELS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/core/${name}/*.cpp")
  if(NOT sources)
    return()
  endif()
  add_executable(test_${name} ${sources})
  target_include_directories(test_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  target_compile_definitions(test_${name} PRIVATE JUMPLORA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_link_libraries(test_${name} PRIVATE jumplora_flags ${ROOM_DEPS} GTest::gtest GTest::gmock GTest::gtest_main)
  if(ROOM_TORCH)
    target_link_libraries(test_${name} PRIVATE jumplora_torch)
    # The shared precompiled header is position-independent; -fPIE of executables would not fit it.
    target_compile_options(test_${name} PRIVATE -fPIC)
    target_precompile_headers(test_${name} REUSE_FROM jumplora_torch_pch)
  endif()
  if(JUMPLORA_WHOLE_TEST_PROGRAMS)
    add_test(NAME ${name} COMMAND test_${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 1800 LABELS "${ROOM_LABELS}")
  else()
    gtest_discover_tests(test_${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120 PROPERTIES TIMEOUT 900 LABELS "${ROOM_LABELS}")
  endif()
endfunction()
