#include "quota/refusal.h"

#include <fmt/format.h>

#include "base/zone.h"

namespace postage::quota {

std::string_view meter_name(Meter meter) {
  constexpr std::string_view kNames[] = {"pcu", "messages", "storage"};
  return kNames[static_cast<int>(meter)];
}

Error Refusal::to_error() const {
  return {code, fmt::format("meter={} limit={} used={} needed={} reset={}", meter_name(meter), limit, used, needed,
                            instant_text_utc(reset))};
}

}  // namespace postage::quota
