#pragma once
// The plans that an account with a contract has: the one way to them for real months, replays, previews and what-ifs.
#include "catalog/overrides.h"
#include "rating/rating.h"

namespace postage::rating {

/// The catalogue as an account with that contract has it: overrides and bundles in its plans (catalog::with_contract).
catalog::CataloguePtr with_contract(const catalog::CataloguePtr& listed, const Contract& contract);

/// What the contract says in another currency: percentage, quotas and features. Amounts (minimum, fees, rates, bundles,
/// tiers of a volume discount) say nothing there and are left out.
Contract without_amounts(Contract contract);

}  // namespace postage::rating
