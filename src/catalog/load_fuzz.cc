// Catalogues from outside: random bytes, and a built-in one with bytes changed at the places the input names.
#include <cstdint>
#include <string>

#include "catalog/catalog.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postage;
  (void)catalog::load({reinterpret_cast<const char*>(data), size});
  static const std::string kBase(*catalog::builtin_text("us26"));
  std::string changed = kBase;
  for (std::size_t i = 0; i + 2 < size && i < 24; i += 3) {
    const std::size_t at = (static_cast<std::size_t>(data[i]) << 8 | data[i + 1]) % changed.size();
    changed[at] = static_cast<char>(data[i + 2]);
  }
  if (const auto loaded = catalog::load(changed)) CHECK(!(*loaded)->plans.empty());
  return 0;
}
