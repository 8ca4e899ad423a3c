#pragma once
// Request targets: split, decoded and matched against the rows' paths. Thread: any; pure.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postage::api {

/// A target as the router sees it: decoded segments and query pairs.
struct Target {
  std::vector<std::string> segments;  ///< without the leading "v1"
  std::vector<std::pair<std::string, std::string>> query;
};

/// Splits an origin-form target that begins with /v1. None when it is malformed: a bad percent code, an empty segment,
/// a dot segment, bytes that are not UTF-8, more than 16 segments or 64 query pairs.
[[nodiscard]] std::optional<Target> parse_target(std::string_view target);

/// Path parameters of `segments` by a row's path such as "/projects/{project}/certificates/{slot}:rotate"; none when it
/// does not match.
[[nodiscard]] std::optional<std::map<std::string, std::string, std::less<>>> match_path(
    std::string_view pattern, const std::vector<std::string>& segments);

}  // namespace postage::api
