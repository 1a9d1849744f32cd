# fairlead_room(NAME [LIBRARIES…]): the static library of one folder, built from all sources in it and
# in its inner rooms.
function(fairlead_room name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp)
  if(NOT sources)
    file(TOUCH ${CMAKE_BINARY_DIR}/empty.cpp)
    set(sources ${CMAKE_BINARY_DIR}/empty.cpp)
  endif()
  add_library(fairlead_${name} STATIC ${sources})
  target_link_libraries(fairlead_${name} PUBLIC fairlead_options ${ARGN})
endfunction()

# fairlead_test(NAME [LIBRARIES…]): one GoogleTest program from all sources of a tests folder.
function(fairlead_test name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp)
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ARGN} GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endfunction()
