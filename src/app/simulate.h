#pragma once
// `postage simulate`: a scenario of accounts and steps on a simulated clock, run through the same admission,
// subscription and rating code as the live server.
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace postage::app {

/// The largest scenario that is read, bytes.
inline constexpr std::size_t kScenarioBytesMax = std::size_t{512} << 20;

/// `simulate FILE` (`-` reads `in`). The answer, one JSON document, goes to `out`. Returns 0 when the scenario ran; 2 with
/// one line on `err` (a JSON pointer and what is wrong there) when the input is malformed, with nothing on `out`.
int run_simulate(const std::vector<std::string>& args, std::istream& in, std::ostream& out, std::ostream& err);

/// The answer to a scenario given as JSON text. The error is bad_request: "/steps/3/count: ...".
Result<std::string> simulate(std::string_view scenario);

}  // namespace postage::app
