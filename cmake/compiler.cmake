# Warnings are errors; those named here are false with GCC 12 (string +, vector insert, fences), and with clang 19, which
# blames us for what libstdc++ 12 calls inside stable_sort.
add_compile_options(-Wall -Wextra -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-restrict -Wno-stringop-overflow -Wno-tsan -Wno-stringop-overread
                      -Wno-array-bounds -Wno-maybe-uninitialized)
else()
  add_compile_options(-Wno-deprecated-declarations)
endif()
add_compile_definitions(BOOST_ALLOW_DEPRECATED_HEADERS)
if(POSTAGE_SANITIZE)
  add_compile_options(-fsanitize=${POSTAGE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${POSTAGE_SANITIZE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The build folder's name must not split the cache: several presets share most objects' inputs.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()
