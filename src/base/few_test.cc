#include "base/few.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace postage {
namespace {

struct Row {
  std::uint64_t a, b, c;
  bool operator==(const Row&) const = default;
};

template <class T>
std::vector<T> all(const FewOf<T>& few) {
  return {few.begin(), few.end()};
}

TEST(FewOf, OneElementTakesNoHeap) {
  FewOf<Row> few;
  EXPECT_TRUE(few.empty());
  few.push_back({1, 2, 3});
  const auto* inside = reinterpret_cast<const char*>(few.begin());
  EXPECT_TRUE(inside >= reinterpret_cast<const char*>(&few) && inside < reinterpret_cast<const char*>(&few + 1));
  EXPECT_EQ(sizeof(FewOf<Row>), 8 + sizeof(Row));
}

TEST(FewOf, AnElementOfItsOwnMayBePushed) {
  FewOf<Row> few;
  few.push_back({7, 8, 9});
  few.push_back(few[0]);
  few.push_back(few[1]);
  EXPECT_EQ(all(few), std::vector<Row>(3, Row{7, 8, 9}));
}

TEST(FewOf, MovesWithWhatItHolds) {
  for (const std::uint64_t count : {0u, 1u, 2u, 40u}) {
    FewOf<Row> few;
    for (std::uint64_t i = 0; i < count; ++i) few.push_back({i, i, i});
    const std::vector<Row> before = all(few);
    FewOf<Row> moved(std::move(few));
    EXPECT_EQ(all(moved), before);
    FewOf<Row> assigned;
    assigned.push_back({99, 99, 99});
    assigned = std::move(moved);
    EXPECT_EQ(all(assigned), before);
  }
}

RC_GTEST_PROP(FewOf, IsAVector, (const std::vector<std::uint8_t>& steps)) {
  FewOf<std::uint16_t> few;
  std::vector<std::uint16_t> model;
  std::uint16_t next = 0;
  for (const std::uint8_t step : steps) {
    const bool grow = model.size() < 40 && step % 5 < 3;
    if (grow || model.empty()) {
      few.push_back(next);
      model.push_back(next++);
    } else if (step % 5 == 3) {
      few.pop_back();
      model.pop_back();
    } else {
      few[step % model.size()] = few.back();
      model[step % model.size()] = model.back();
    }
    RC_ASSERT(all(few) == model);
  }
}

}  // namespace
}  // namespace postage
