#pragma once
// The checks of a catalogue that look at more than one field. Used by load().
#include <string>

#include "catalog/catalog.h"

namespace postage::catalog {

/// Refuses a catalogue that contradicts itself: two plans alike, a larger plan that includes less, thresholds out of
/// order, a zone whose months do not begin on a whole hour of UTC. `prefix` stands before the JSON pointers.
Result<void> check(const Catalogue& catalogue, const std::string& prefix);

}  // namespace postage::catalog
