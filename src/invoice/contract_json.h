#pragma once
// A contract as JSON: the body of PUT /accounts/{account}/contract, the value of an account event, and what an invoice
// carries for its replay are one form with one reader.
//
// {"discount_percent", "minimum_spend"?, "from"?, "until"?,
//  "volume_discount"?: {"applies": "graduated"|"whole", "acknowledge_falling_bill"?: true, "tiers": [{"from","percent"}]},
//  "bundles"?: [{"name","fee","pcu"?,"messages"?,"storage_gb"?}],
//  "overrides"?: {"plan"?, "kind"?, "base_fee"?, "quota"?: {"pcu"?,"messages"?,"storage_gb"?}, "daily_messages"?,
//                 "rates"?: {"pcu"?,"messages_per_million"?,"storage_gb"?}, "features"?: {row: true|false|"word"},
//                 "limits"?: {row of spec/project_limits.def: whole number}}}
#include <string>
#include <string_view>

#include "base/result.h"
#include "rating/rating.h"

namespace postage::invoice {

/// Reads a contract of at most 256 KiB. A member that is null counts as absent; one that is unknown is refused. The error
/// is bad_request and begins with the JSON pointer: "/volume_discount/tiers/1/from: must be larger than the one before".
Result<rating::Contract> read_contract(std::string_view json, const Currency& currency);

/// The contract in that form, members in a fixed order, absent ones left out.
std::string contract_value(const rating::Contract& contract, const Currency& currency);

/// True when it says more than a discount and a minimum.
bool says_more(const rating::Contract& contract);

}  // namespace postage::invoice
