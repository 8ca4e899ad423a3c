#include "shard/id_index.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>

namespace postage::shard {
namespace {

struct Thing {
  std::int64_t number;
};
struct NumberOf {
  std::int64_t operator()(const Thing& thing) const { return thing.number; }
};

// The same story told to a map: runs of numbers, as connections have them, and random ones, as sessions have them.
TEST(IdIndex, FindsWhatAMapFinds) {
  std::mt19937_64 random(11);
  std::map<std::int64_t, std::unique_ptr<Thing>> expected;
  IdIndex<Thing, NumberOf> index;
  EXPECT_EQ(index.find(1), nullptr);
  std::int64_t serial = std::int64_t{3} << 48;
  for (int step = 0; step < 40'000; ++step) {
    const bool growing = step / 5'000 % 2 == 0;
    if (growing || random() % 4 == 0) {
      const std::int64_t number = random() % 2 == 0 ? ++serial : static_cast<std::int64_t>(random());
      auto& made = expected[number] = std::make_unique<Thing>(Thing{number});
      index.add(*made);
    } else if (!expected.empty()) {
      auto gone = expected.lower_bound(static_cast<std::int64_t>(random()));
      if (gone == expected.end()) gone = expected.begin();
      index.erase(*gone->second);
      ASSERT_EQ(index.find(gone->first), nullptr);
      expected.erase(gone);
    }
    ASSERT_EQ(index.size(), expected.size());
  }
  for (const auto& [number, thing] : expected) EXPECT_EQ(index.find(number), thing.get());
  std::size_t visited = 0;
  index.for_each([&](const Thing& thing) { visited += expected.count(thing.number); });
  EXPECT_EQ(visited, expected.size());
}

}  // namespace
}  // namespace postage::shard
