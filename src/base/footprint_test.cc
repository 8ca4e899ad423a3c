// A footprint is only a hint: nothing that is put in may hurt, however wrong.
#include "base/footprint.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace postage {
namespace {

TEST(Footprint, NothingAddedIsFollowed) {
  Footprint footprint;
  footprint.prefetch();
  auto gone = std::make_unique<std::vector<int>>(1000);
  footprint.add(nullptr);
  for (std::uintptr_t i = 1; i < 100; ++i) footprint.add(reinterpret_cast<const void*>(i * 0x1234567));
  footprint.add(gone.get());
  gone.reset();
  footprint.prefetch();
  Footprint copy = footprint;
  copy.prefetch();
  EXPECT_EQ(sizeof footprint, 10 * sizeof(void*)) << "one is kept for each connection: its size is memory of the idle";
}

}  // namespace
}  // namespace postage
