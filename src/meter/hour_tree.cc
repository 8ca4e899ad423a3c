#include "meter/hour_tree.h"

#include <algorithm>
#include <string>
#include <utility>

namespace postage::meter {
namespace {

using namespace std::string_view_literals;

// A leaf can never pass for a node: RFC 6962 gives each its own first byte.
Hash leaf_of(const Hash& chain) { return sha256("\0"sv, view(chain)); }

Hash node_of(const Hash& left, const Hash& right) {
  std::string bytes("\1");
  bytes += view(left);
  return sha256(bytes, view(right));
}

/// The level above; one without a neighbour goes up as it is.
std::vector<Hash> level_above(const std::vector<Hash>& level) {
  std::vector<Hash> above;
  above.reserve(level.size() / 2 + 1);
  for (std::size_t i = 0; i + 1 < level.size(); i += 2) above.push_back(node_of(level[i], level[i + 1]));
  if (level.size() % 2 != 0) above.push_back(level.back());
  return above;
}

std::vector<Hash> leaves_of(std::span<const Hash> chains) {
  std::vector<Hash> leaves;
  leaves.reserve(chains.size());
  for (const Hash& chain : chains) leaves.push_back(leaf_of(chain));
  return leaves;
}

}  // namespace

Hash tree_root(std::span<const Hash> chains) {
  if (chains.empty()) return sha256({});
  std::vector<Hash> level = leaves_of(chains);
  while (level.size() > 1) level = level_above(level);
  return level.front();
}

std::vector<TreePath> tree_paths(std::span<const Hash> chains, std::span<const std::size_t> wanted) {
  std::vector<TreePath> paths(wanted.size());
  std::vector<std::size_t> places(wanted.begin(), wanted.end());
  for (const std::size_t place : places) CHECK(place < chains.size());
  for (std::vector<Hash> level = leaves_of(chains); level.size() > 1; level = level_above(level)) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      const std::size_t neighbour = places[i] ^ 1U;
      if (neighbour < level.size()) paths[i].push_back({places[i] % 2 != 0, level[neighbour]});
      places[i] /= 2;
    }
  }
  return paths;
}

Hash climb(const Hash& chain, std::span<const PathStep> path) {
  Hash hash = leaf_of(chain);
  for (const PathStep& step : path) hash = step.left ? node_of(step.hash, hash) : node_of(hash, step.hash);
  return hash;
}

}  // namespace postage::meter
