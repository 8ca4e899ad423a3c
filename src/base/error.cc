#include "base/error.h"

#include "base/check.h"

namespace postage {
namespace {
constexpr ErrorRow kRows[] = {
#define ERROR(number, name, http, retry, text) {Errc::name, #name, http, Retry::retry, text},
#include "spec/errors.def"
#undef ERROR
};

constexpr bool numbers_are_unique() {
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    for (std::size_t k = i + 1; k < std::size(kRows); ++k) {
      if (kRows[i].code == kRows[k].code) return false;
    }
  }
  return true;
}
static_assert(numbers_are_unique(), "two rows of spec/errors.def share a number");
}  // namespace

std::span<const ErrorRow> error_rows() { return kRows; }

const ErrorRow& error_row(Errc code) {
  for (const ErrorRow& row : kRows) {
    if (row.code == code) return row;
  }
  CHECK(!"an error number without a row");
}

std::string_view retry_name(Retry retry) {
  constexpr std::string_view kNames[] = {"no", "later", "resync", "login"};
  return kNames[static_cast<int>(retry)];
}

std::string Error::to_string() const {
  const ErrorRow& row = error_row(code);
  return std::string(row.name) + ": " + (detail.empty() ? std::string(row.text) : detail);
}

}  // namespace postage
