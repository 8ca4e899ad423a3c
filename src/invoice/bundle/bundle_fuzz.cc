// Bundle bytes from anywhere: checking them must end, within bounds, and never accept what nobody signed.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "invoice/bundle/verify_bundle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postage::invoice;
  const std::string input(reinterpret_cast<const char*>(data), size);
  const auto raw = verify_bundle(give_text(input));
  CHECK(raw.ok() && raw->finding.has_value());

  // The same bytes as lines with right digests, so that the JSON and the rules are reached.
  std::string built;
  ChainedWriter writer([&](std::string_view bytes) {
    built += bytes;
    return postage::Result<void>();
  });
  std::size_t at = 0;
  while (at < size) {
    const std::size_t end = std::min(input.find('\n', at), size);
    const std::string_view line = std::string_view(input).substr(at, end - at);
    if (auto read = read_line(line)) CHECK(line_text(*read) == line);
    CHECK(writer.line(line).ok());
    at = end + 1;
  }
  const auto chained = verify_bundle(give_text(built));
  CHECK(chained.ok() && chained->finding.has_value());
  CHECK(chained->finding->line <= writer.lines() + 1);
  return 0;
}
