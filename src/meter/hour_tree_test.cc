// The tree over an hour's records: against the definition of RFC 6962, and every leaf's path against the root.
#include "meter/hour_tree.h"

#include <gtest/gtest.h>

#include <numeric>

namespace postage::meter {
namespace {

using namespace std::string_view_literals;

/// RFC 6962, 2.1, word for word: split at the largest power of two below n.
Hash by_definition(std::span<const Hash> leaves) {
  if (leaves.empty()) return sha256({});
  if (leaves.size() == 1) return sha256("\0"sv, view(leaves.front()));
  std::size_t split = 1;
  while (split * 2 < leaves.size()) split *= 2;
  std::string bytes("\1");
  bytes += view(by_definition(leaves.first(split)));
  return sha256(bytes, view(by_definition(leaves.subspan(split))));
}

std::vector<Hash> chains_of(std::size_t count) {
  std::vector<Hash> chains;
  for (std::size_t i = 0; i < count; ++i) chains.push_back(sha256(std::to_string(i)));
  return chains;
}

TEST(HourTreeTest, RootsAreThoseOfTheDefinition) {
  for (std::size_t count = 0; count < 70; ++count)
    EXPECT_EQ(tree_root(chains_of(count)), by_definition(chains_of(count))) << count;
}

TEST(HourTreeTest, EveryLeafClimbsToTheRootAndNoOtherDoes) {
  for (std::size_t count = 1; count < 40; ++count) {
    const auto chains = chains_of(count);
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), 0);
    const auto paths = tree_paths(chains, all);
    const Hash root = tree_root(chains);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(climb(chains[i], paths[i]), root);
      ASSERT_NE(climb(sha256("another"), paths[i]), root);
      for (std::size_t step = 0; step < paths[i].size(); ++step) {
        TreePath turned = paths[i];
        turned[step].left = !turned[step].left;
        ASSERT_NE(climb(chains[i], turned), root);
        turned = paths[i];
        turned[step].hash[5] ^= 1;
        ASSERT_NE(climb(chains[i], turned), root);
      }
    }
  }
}

TEST(HourTreeTest, ANodeIsNeverALeaf) {
  const auto chains = chains_of(2);
  const std::size_t first[] = {0};
  const auto path = tree_paths(chains, first).front();
  ASSERT_EQ(path.size(), 1u);
  // The root of two is not the root of one whose chain is their joined hashes' hash.
  const Hash root = tree_root(chains);
  EXPECT_NE(climb(root, {}), root);
}

}  // namespace
}  // namespace postage::meter
