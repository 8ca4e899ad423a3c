#include "quota/refusal.h"

#include <fmt/format.h>

#include "base/zone.h"

namespace postage::quota {

std::string_view meter_name(Meter meter) {
  constexpr std::string_view kNames[] = {"pcu", "messages", "storage"};
  return kNames[static_cast<int>(meter)];
}

Error Refusal::to_error() const {
  std::string text = fmt::format("meter={} limit={} used={} needed={} reset={}", meter_name(meter), limit, used, needed,
                                 instant_text_utc(reset));
  if (cap) {
    text += fmt::format(" cap={}", cap->scope);
    if (!cap->name.empty()) text += fmt::format(" name={}", cap->name);
    if (!cap->amount.empty()) text += fmt::format(" amount={}", cap->amount);
  }
  return {code, std::move(text)};
}

}  // namespace postage::quota
