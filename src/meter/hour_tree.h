#pragma once
// The Merkle tree over an hour's final records (RFC 6962, section 2.1, with SHA-256). Its root stands in the signed
// hour_closed record, so that one account's records can be proven without those of anybody else.
//
// A leaf is a record's chained hash: it stands for the record and for all before it, and says nothing about either.
#include <cstddef>
#include <span>
#include <vector>

#include "meter/seal_key.h"

namespace postage::meter {

/// One step from a leaf towards the root: the neighbour's hash and the side it stands on.
struct PathStep {
  bool left = false;  ///< the neighbour stands left of us
  Hash hash{};
  bool operator==(const PathStep&) const = default;
};
/// From a leaf up. Empty when the tree has one leaf.
using TreePath = std::vector<PathStep>;

/// Most steps of a path: no hour has more than 2^40 records.
inline constexpr std::size_t kPathStepsMax = 40;

/// The root over `chains`, the records' chained hashes in order; SHA-256 of nothing when there is none.
Hash tree_root(std::span<const Hash> chains);
/// Paths of the leaves named by `wanted` (positions in `chains`, each below its size), in the same order.
std::vector<TreePath> tree_paths(std::span<const Hash> chains, std::span<const std::size_t> wanted);
/// The root that `chain` at the foot of `path` leads to.
Hash climb(const Hash& chain, std::span<const PathStep> path);

}  // namespace postage::meter
