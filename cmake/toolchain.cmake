# Compiler-wide settings: warnings are errors, ccache and mold where present, sanitizers on request.
add_library(fairlead_options INTERFACE)
target_compile_options(fairlead_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports false positives from inlined std::variant and coroutine frames at -O2.
  target_compile_options(fairlead_options INTERFACE -fcoroutines -Wno-maybe-uninitialized
                         -Wno-dangling-pointer -Wno-restrict -Wno-missing-field-initializers)
else()
  target_compile_options(fairlead_options INTERFACE -Wno-missing-designated-field-initializers)
endif()
target_include_directories(fairlead_options INTERFACE ${CMAKE_SOURCE_DIR})
# Asio, Beast and Boost.JSON are compiled once (base/boost_impl.cpp): their headers stay cheap.
target_compile_definitions(fairlead_options INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_DISABLE_BOOST_COROUTINE)

if(FAIRLEAD_SANITIZE)
  target_compile_options(fairlead_options INTERFACE -fsanitize=${FAIRLEAD_SANITIZE}
                         -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(fairlead_options INTERFACE -fsanitize=${FAIRLEAD_SANITIZE})
endif()

if(FAIRLEAD_COVERAGE)
  # Into the build folder, also from programs that tests start with an environment of their own.
  set(profile -fprofile-instr-generate=${CMAKE_BINARY_DIR}/profile/%4m.profraw)
  target_compile_options(fairlead_options INTERFACE ${profile} -fcoverage-mapping)
  target_link_options(fairlead_options INTERFACE ${profile})
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  target_link_options(fairlead_options INTERFACE -fuse-ld=mold)
endif()
