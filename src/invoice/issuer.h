#pragma once
// Who issues invoices: what stands in their letterhead. Settings make one (section `invoice`); each invoice keeps the
// one it was issued under, so that an old invoice prints as it was.
#include <string>
#include <string_view>
#include <vector>

namespace postage::invoice {

struct Issuer {
  std::string name = "Postage";      ///< 1 to 200 bytes
  std::vector<std::string> lines{};  ///< the address, a line each
  std::string tax_number{};          ///< empty: none is printed, here and below
  std::vector<std::string> bank{};   ///< how to pay, a line each
  std::string logo{};                ///< the word that stands in place of a logo; empty: the name
  std::string note{};                ///< one sentence at the foot of the letter
  bool operator==(const Issuer&) const = default;
};

/// Lines of a setting: parts between '|', without blanks around them; empty ones are left out.
std::vector<std::string> letterhead_lines(std::string_view setting);

/// `{"name":...,"lines":[...],...}` with the members that are not empty.
void append_issuer_json(std::string& out, const Issuer& issuer);

}  // namespace postage::invoice
