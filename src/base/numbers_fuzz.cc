// Decimals, instants and months from outside: never a crash, and what is read prints back to the same value.
#include <cstdint>
#include <string_view>

#include "base/month.h"
#include "base/rational.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postage;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto decimal = parse_decimal(text)) {
    CHECK(parse_decimal(decimal->value.to_fixed(decimal->decimals))->value == decimal->value);
  }
  if (const auto at = parse_instant(text)) {
    const auto again = parse_instant(instant_text_utc(*at));
    CHECK(!again || *again == *at);
  }
  if (const auto month = parse_month(text)) CHECK(month->text() == text);
  return 0;
}
