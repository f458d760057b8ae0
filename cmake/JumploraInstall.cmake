# SPDX-License-Identifier: Apache-2.0
# cmake --install and the Debian package (cpack -G DEB in the build folder).
include(GNUInstallDirs)
set(share "${CMAKE_INSTALL_DATADIR}/jumplora")

install(TARGETS jumplora RUNTIME)
install(DIRECTORY resources/builtin resources/published resources/suites docs experiments DESTINATION "${share}"
  PATTERN "screenshots" EXCLUDE)
install(DIRECTORY LICENSES DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/jumplora-workbench")

# The manual page and the completion are what the program says of itself.
set(generated "${CMAKE_BINARY_DIR}/generated")
file(MAKE_DIRECTORY "${generated}")
foreach(page "manual:jumplora.1" "completion:jumplora.bash" "completion zsh:_jumplora")
  string(REPLACE ":" ";" page "${page}")
  list(GET page 0 arguments)
  list(GET page 1 file)
  separate_arguments(arguments)
  add_custom_command(OUTPUT "${generated}/${file}"
    COMMAND jumplora ${arguments} > "${generated}/${file}"
    DEPENDS jumplora VERBATIM)
  list(APPEND generated_files "${generated}/${file}")
endforeach()
add_custom_target(jumplora_pages ALL DEPENDS ${generated_files})
install(FILES "${generated}/jumplora.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES "${generated}/jumplora.bash" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
  RENAME jumplora)
install(FILES "${generated}/_jumplora" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions")

if(JUMPLORA_WINDOW)
  install(TARGETS jumplora-workbench RUNTIME)
  install(FILES resources/desktop/jumplora-workbench.desktop DESTINATION "${CMAKE_INSTALL_DATADIR}/applications")
  install(FILES resources/desktop/io.github.jumplora.workbench.metainfo.xml
    DESTINATION "${CMAKE_INSTALL_DATADIR}/metainfo")
  install(FILES resources/desktop/jumplora-workbench.svg
    DESTINATION "${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps")
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME jumplora-workbench)
set(CPACK_PACKAGE_CONTACT "JumpLoRA Workbench maintainers <maintainers@jumplora.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "continual learning of language models with sparse LoRA adapters")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Not linked but needed: fast matrix products, and what draws the window and its icons.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libopenblas0-openmp")
if(JUMPLORA_WINDOW)
  string(APPEND CPACK_DEBIAN_PACKAGE_DEPENDS ", qt6-qpa-plugins, libqt6svg6, fonts-dejavu-core")
endif()
include(CPack)
