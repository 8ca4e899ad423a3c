// Words of catalogues and settings: any bytes; what is taken gives a due time that is not before the opening.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "support/hours.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postage;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = text.find('\n');
  const std::string_view first = text.substr(0, cut), rest = cut == std::string_view::npos ? "" : text.substr(cut + 1);
  const auto desk = support::parse_desktime(first);
  const auto promise = support::parse_promise(first, rest);
  if (!promise) return 0;
  const Instant opened(milliseconds(1'800'000'000'000 + static_cast<std::int64_t>(size) * 12'345'678));
  const auto at = support::due(opened, *promise, desk ? *desk : support::Desktime{}, Zone());
  CHECK(at.has_value() == promise->response.has_value());
  CHECK(!at || *at > opened);
  return 0;
}
