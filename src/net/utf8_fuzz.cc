// The incremental UTF-8 check against a plain one that reads code points, for any cut of the input.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "net/utf8.h"

namespace {
bool plain_check(const std::uint8_t* data, std::size_t size) {
  for (std::size_t i = 0; i < size;) {
    const std::uint8_t lead = data[i++];
    if (lead < 0x80) continue;
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC0 || lead >= 0xF8) return false;
    std::uint32_t code = lead & (0x3FU >> more);
    for (int k = 0; k < more; ++k) {
      if (i == size || (data[i] & 0xC0U) != 0x80U) return false;
      code = code << 6 | (data[i++] & 0x3FU);
    }
    constexpr std::uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
    if (code < kLeast[more] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
  }
  return true;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = data[0] % 33U + 1;
  ++data;
  --size;
  postage::net::Utf8Check check;
  bool good = true;
  for (std::size_t at = 0; at < size && good; at += step) {
    good = check.feed({reinterpret_cast<const char*>(data) + at, std::min(step, size - at)});
  }
  if ((good && check.complete()) != plain_check(data, size)) std::abort();
  return 0;
}
