#include "api/path.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "api/utf8_text.h"

namespace postage::api {
namespace {

constexpr std::size_t kSegmentsMax = 16;
constexpr std::size_t kPairsMax = 64;

bool good_segment(const std::string& segment) {
  return !segment.empty() && segment != "." && segment != ".." && valid_utf8(segment) && clean_text(segment);
}

/// Takes the part of `pattern` up to the next '/', without it.
std::string_view next_part(std::string_view& pattern) {
  if (pattern.starts_with('/')) pattern.remove_prefix(1);
  const std::string_view part = pattern.substr(0, pattern.find('/'));
  pattern.remove_prefix(part.size());
  return part;
}

}  // namespace

std::optional<Target> parse_target(std::string_view target) {
  const auto parsed = boost::urls::parse_origin_form(target);
  if (parsed.has_error()) return std::nullopt;
  Target out;
  for (const auto segment : parsed->segments()) {
    if (out.segments.size() > kSegmentsMax) return std::nullopt;
    std::string text(segment.begin(), segment.end());
    if (!good_segment(text)) return std::nullopt;
    out.segments.push_back(std::move(text));
  }
  if (out.segments.empty() || out.segments.front() != "v1") return std::nullopt;
  out.segments.erase(out.segments.begin());
  for (const auto pair : parsed->params()) {
    if (out.query.size() >= kPairsMax) return std::nullopt;
    std::string name(pair.key.begin(), pair.key.end());
    std::string value(pair.value.begin(), pair.value.end());
    if (!valid_utf8(name) || !valid_utf8(value)) return std::nullopt;
    out.query.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

std::optional<std::map<std::string, std::string, std::less<>>> match_path(std::string_view pattern,
                                                                          const std::vector<std::string>& segments) {
  std::map<std::string, std::string, std::less<>> found;
  for (const std::string& segment : segments) {
    const std::string_view part = next_part(pattern);
    if (part.empty()) return std::nullopt;
    if (!part.starts_with('{')) {
      if (part != segment) return std::nullopt;
      continue;
    }
    const std::size_t end = part.find('}');
    const std::string_view verb = part.substr(end + 1);  // "" or ":rotate"
    std::string_view value = segment;
    if (!verb.empty()) {
      if (!value.ends_with(verb) || value.size() == verb.size()) return std::nullopt;
      value.remove_suffix(verb.size());
    }
    found.emplace(part.substr(1, end - 1), value);
  }
  if (!pattern.empty()) return std::nullopt;
  return found;
}

}  // namespace postage::api
