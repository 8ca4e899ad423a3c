// Contracts from outside: whatever is taken says the same again when it is written and read back.
#include <cstdint>

#include "base/check.h"
#include "invoice/contract_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postage;
  const Currency* currency = find_currency("CNY");
  const auto read = invoice::read_contract({reinterpret_cast<const char*>(data), size}, *currency);
  if (!read) return 0;
  const std::string written = invoice::contract_value(*read, *currency);
  const auto again = invoice::read_contract(written, *currency);
  CHECK(again.ok());
  CHECK(invoice::contract_value(*again, *currency) == written);
  return 0;
}
