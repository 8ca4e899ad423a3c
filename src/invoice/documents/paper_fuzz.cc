// Any bytes as a stored document: read or refused, and whatever was read prints in every form that needs no fonts.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "invoice/credit/credit_paper.h"
#include "invoice/documents/letter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postage::invoice;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto paper = read_paper(input)) {
    for (const Language language : {Language::en, Language::zh}) {
      (void)paper_text(*paper, language);
      (void)paper_html(*paper, language);
      (void)table_csv(lines_table(*paper, language));
      (void)table_csv(projects_table(*paper, language));
      (void)table_csv(days_table(*paper, {}, language));
    }
  }
  if (const auto note = read_credit_paper(input)) {
    (void)credit_text(*note, Language::zh);
    (void)credit_html(*note, Language::en);
  }
  return 0;
}
