#include "rating/own_plans.h"

namespace postage::rating {

catalog::CataloguePtr with_contract(const catalog::CataloguePtr& listed, const Contract& contract) {
  return catalog::with_contract(listed, contract.overrides, contract.bundles);
}

Contract without_amounts(Contract contract) {
  contract.minimum_spend.reset();
  contract.volume = {};
  contract.bundles.clear();
  contract.overrides.base_fee.reset();
  contract.overrides.pcu_rate.reset();
  contract.overrides.message_rate.reset();
  contract.overrides.storage_rate.reset();
  return contract;
}

}  // namespace postage::rating
