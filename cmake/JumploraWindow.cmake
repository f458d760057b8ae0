# SPDX-License-Identifier: Apache-2.0
# The two functions that make a room of the window (a static library per folder of ui/) and its tests.

find_package(Qt6 REQUIRED COMPONENTS Widgets Concurrent Svg PrintSupport DBus Test)
find_package(QCustomPlotQt6 REQUIRED)

# One precompiled header for all rooms and their tests.
file(WRITE "${CMAKE_BINARY_DIR}/qt_pch.cpp" "// The precompiled Qt header lives in this target.\n")
add_library(jumplora_qt_pch STATIC "${CMAKE_BINARY_DIR}/qt_pch.cpp")
target_link_libraries(jumplora_qt_pch PRIVATE jumplora_flags Qt6::Widgets)
# Rooms that link the engine get these with it; a precompiled header fits only where all have the same.
target_compile_options(jumplora_qt_pch PRIVATE ${JUMPLORA_ABI_FLAGS})
target_precompile_headers(jumplora_qt_pch PRIVATE <QtWidgets> <algorithm> <cmath> <functional> <map> <memory>
  <optional> <string> <vector>)

# jumplora_window_room(NAME DEPS ...): static library jumplora_ui_NAME from ui/NAME/*.cpp, as soon as there are any.
function(jumplora_window_room name)
  cmake_parse_arguments(ROOM "" "" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/ui/${name}/*.cpp" "${CMAKE_SOURCE_DIR}/ui/${name}/*.h")
  if(NOT sources)
    add_library(jumplora_ui_${name} INTERFACE)
    target_link_libraries(jumplora_ui_${name} INTERFACE ${ROOM_DEPS})
    return()
  endif()
  add_library(jumplora_ui_${name} STATIC ${sources})
  # Generated sources need no library to be built first; static checks rely on that.
  set_target_properties(jumplora_ui_${name} PROPERTIES AUTOMOC ON AUTOGEN_ORIGIN_DEPENDS OFF)
  target_include_directories(jumplora_ui_${name} PUBLIC "${CMAKE_SOURCE_DIR}/ui")
  target_link_libraries(jumplora_ui_${name} PRIVATE jumplora_flags PUBLIC ${ROOM_DEPS} Qt6::Widgets Qt6::Concurrent)
  target_compile_options(jumplora_ui_${name} PRIVATE ${JUMPLORA_ABI_FLAGS})
  target_precompile_headers(jumplora_ui_${name} REUSE_FROM jumplora_qt_pch)
endfunction()

# jumplora_window_test(NAME DEPS ...): ctest entries from tests/ui/NAME/*.cpp, run without a display.
function(jumplora_window_test name)
  cmake_parse_arguments(ROOM "" "" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/ui/${name}/*.cpp")
  if(NOT sources)
    return()
  endif()
  add_executable(test_ui_${name} ${sources} "${CMAKE_SOURCE_DIR}/tests/ui/support/main.cpp")
  set_target_properties(test_ui_${name} PROPERTIES AUTOMOC ON AUTOGEN_ORIGIN_DEPENDS OFF)
  target_include_directories(test_ui_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  target_compile_definitions(test_ui_${name} PRIVATE JUMPLORA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_link_libraries(test_ui_${name} PRIVATE jumplora_flags ${ROOM_DEPS} Qt6::Test GTest::gtest GTest::gmock)
  gtest_discover_tests(test_ui_${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120
    PROPERTIES TIMEOUT 300 LABELS ui ENVIRONMENT QT_QPA_PLATFORM=offscreen)
endfunction()
