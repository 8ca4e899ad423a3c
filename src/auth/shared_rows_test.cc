#include "auth/shared_rows.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>

#include "base/ids.h"

namespace postage::auth {
namespace {

using Rows = SharedRows<AccountId, std::string>;
using Model = std::map<AccountId, std::string>;

Model all_of(const Rows& rows) {
  Model all;
  AccountId last;
  rows.each_after({}, [&](AccountId id, const std::string& row) {
    EXPECT_GT(id, last);
    last = id;
    all.emplace(id, row);
    return true;
  });
  return all;
}

RC_GTEST_PROP(SharedRowsTest, CopiesKeepWhatTheyHeldWhileOthersChange, ()) {
  Rows rows;
  Model model;
  std::vector<std::pair<Rows, Model>> kept;
  const auto steps = *rc::gen::container<std::vector<std::pair<int, bool>>>(
      rc::gen::pair(rc::gen::inRange(1, 2000), rc::gen::weightedElement<bool>({{9, false}, {1, true}})));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].second) kept.emplace_back(rows, model);
    rows.put(AccountId{steps[i].first}, std::to_string(i));
    model[AccountId{steps[i].first}] = std::to_string(i);
  }
  kept.emplace_back(rows, model);
  for (const auto& [copy, held] : kept) {
    RC_ASSERT(all_of(copy) == held);
    for (std::int64_t id = 0; id < 2001; id += 13) {
      const std::string* found = copy.find(AccountId{id});
      RC_ASSERT((found != nullptr) == held.contains(AccountId{id}));
      if (found != nullptr) RC_ASSERT(*found == held.at(AccountId{id}));
    }
  }
}

TEST(SharedRowsTest, AChangeCopiesOneChunkOnly) {
  Rows rows;
  for (std::int64_t id = 1; id <= 5000; ++id) rows.put(AccountId{id}, "first");
  const Rows before = rows;
  rows.put(AccountId{3000}, "second");
  EXPECT_EQ(before.find(AccountId{1}), rows.find(AccountId{1})) << "far rows are the same ones";
  EXPECT_NE(before.find(AccountId{3001}), rows.find(AccountId{3001}));
  EXPECT_EQ(*before.find(AccountId{3000}), "first");
  EXPECT_EQ(*rows.find(AccountId{3000}), "second");
}

TEST(SharedRowsTest, GoesOnBehindARowAndStopsWhenTold) {
  Rows rows;
  for (std::int64_t id = 10; id <= 5000; id += 10) rows.put(AccountId{id}, std::to_string(id));
  std::vector<std::int64_t> seen;
  rows.each_after(AccountId{2555}, [&](AccountId id, const std::string&) {
    seen.push_back(id.value);
    return seen.size() < 3;
  });
  EXPECT_EQ(seen, (std::vector<std::int64_t>{2560, 2570, 2580}));
  seen.clear();
  rows.each_after(AccountId{5000}, [&](AccountId id, const std::string&) {
    seen.push_back(id.value);
    return true;
  });
  EXPECT_TRUE(seen.empty());
}

}  // namespace
}  // namespace postage::auth
