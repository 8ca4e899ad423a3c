// Catalogues from outside through the linter: random bytes, and a built-in one with bytes changed.
#include <cstdint>
#include <string>

#include "rating/price_lint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postage;
  (void)catalog::lint_text({reinterpret_cast<const char*>(data), size});
  std::string changed(*catalog::builtin_text("cn23"));
  for (std::size_t i = 0; i + 2 < size && i < 12; i += 3) {
    const std::size_t at = (static_cast<std::size_t>(data[i]) << 8 | data[i + 1]) % changed.size();
    changed[at] = static_cast<char>(data[i + 2]);
  }
  const bool loads = catalog::load(changed).ok();
  CHECK(loads || !catalog::lint_text(changed).empty());
  // Rating with it takes milliseconds: one input in thirty-two.
  if (!loads || size % 32 != 0) return 0;
  CHECK(rating::may_publish(rating::lint(changed)) == rating::check_publishable(changed).ok());
  return 0;
}
