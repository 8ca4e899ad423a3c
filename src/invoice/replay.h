#pragma once
// Any old invoice again, from nothing but its document and the catalogue text it names: the sums from the projects'
// rows, the bill from the sums. Equal bytes or an error.
#include <string>
#include <string_view>

#include "base/result.h"
#include "rating/rating.h"

namespace postage::invoice {

/// Rates the inputs of `document` (invoice_json) on `catalogue_text` and compares. Returns the bill. Errors:
/// corrupt_record naming what differs.
Result<rating::Bill> replay(std::string_view document, std::string_view catalogue_text);

/// What `document` says it was rated from; its sums are those of its projects. Errors: as replay.
Result<rating::MonthInput> rated_inputs(std::string_view document, std::string_view catalogue_text);

}  // namespace postage::invoice
