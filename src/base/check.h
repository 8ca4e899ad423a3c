#pragma once
// CHECK(x): ends the process when a mistake of ours is found, in release builds as well. For the doors of rooms and
// around money; never for what came from outside (that is a Result).
#include <cstdio>
#include <cstdlib>

#define CHECK(condition)                                                                        \
  do {                                                                                          \
    if (!(condition)) [[unlikely]] {                                                            \
      std::fprintf(stderr, "CHECK failed: %s at %s:%d\n", #condition, __FILE__, __LINE__);      \
      std::abort();                                                                             \
    }                                                                                           \
  } while (false)
