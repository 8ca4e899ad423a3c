#pragma once
// CSV answers of the REST door. Thread: any; pure.
#include <string>
#include <string_view>
#include <vector>

#include "api/route.h"
#include "base/csv.h"

namespace postage::api {

using postage::append_csv_row;

/// Whether the client asks for CSV: `format=csv` in the query (read and taken), or Accept names text/csv first.
bool wants_csv(Call& call);
/// A CSV answer that browsers save under `file`.
Reply csv_reply(std::string text, const std::string& file);

}  // namespace postage::api
