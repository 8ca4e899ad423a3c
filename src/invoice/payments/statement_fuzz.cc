// Bank statements: whatever the bytes, every row is answered within its bounds and nothing else happens.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "invoice/payments/statement_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postage;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto lines = invoice::read_statement(bytes);
  if (lines) {
    std::int64_t last = 1;
    for (const invoice::IncomingLine& each : *lines) {
      CHECK(each.line > last);
      last = each.line;
      CHECK(each.payment.has_value() == each.problem.empty());
      if (each.payment) CHECK(invoice::check_incoming(*each.payment).ok());
    }
  }
  const invoice::ReferenceHint hint = invoice::read_reference(bytes);
  CHECK(hint.invoice.size() <= 27);
  CHECK(!hint.account || *hint.account > 0);
  return 0;
}
