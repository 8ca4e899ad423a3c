// Scenarios from outside: random bytes, and a real one with bytes changed. What is accepted must run to an answer.
#include <cstdint>
#include <string>

#include "app/simulate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postage;
  (void)app::simulate({reinterpret_cast<const char*>(data), size});
  static const std::string kBase = R"({"start":"2026-01-01T00:00:00+08:00","until":"2026-03-01T00:00:00+08:00",
"accounts":[{"id":"a","plan":"basic","projects":["p"],"contract":{"discount_percent":"15","minimum_spend":"15.00"},
"tax":{"rate_percent":"6","inclusive":false}},{"id":"b","plan":"free","projects":["t"],"since":"2026-01-02T00:00:00+08:00"}],
"steps":[{"at":"2026-01-05T10:00:00+08:00","do":"connect","project":"p","count":300},
{"at":"2026-01-05T10:05:00+08:00","do":"publish","project":"t","bytes":2560,"receivers":7,"times":1000},
{"at":"2026-01-05T10:07:00+08:00","do":"store","project":"p","bytes":2147483648},
{"at":"2026-01-17T00:00:00+08:00","do":"change_plan","account":"a","plan":"premium"},
{"at":"2026-01-18T00:00:00+08:00","do":"set_budget","account":"a","amount":"2000.00"}]})";
  std::string changed = kBase;
  for (std::size_t i = 0; i + 2 < size && i < 9; i += 3) {
    const std::size_t at = (static_cast<std::size_t>(data[i]) << 8 | data[i + 1]) % changed.size();
    changed[at] = static_cast<char>(data[i + 2]);
  }
  (void)app::simulate(changed);
  return 0;
}
