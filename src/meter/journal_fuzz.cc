// Journal bytes from anywhere: reading and verifying them must end, within bounds, and never accept a changed record.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "meter/folds.h"
#include "meter/verifier.h"

namespace {

const postage::meter::SealKey& key() {
  static const auto found = postage::meter::SealKey::from_public_pem(
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC "
      "KEY-----\n");
  return *found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postage::meter;
  const std::string input(reinterpret_cast<const char*>(data), size);
  JournalVerifier raw(key());
  raw.segment("raw", input);
  (void)raw.finish();

  // The same bytes as records behind a right header and with right hashes, so that the rules are reached.
  const SegmentHeader header{.number = 1, .created = {}, .previous = {}, .key = key().id(), .node = "n"};
  std::string built = encode_header(header);
  Hash chain = decode_header(built)->hash;
  std::int64_t sequence = 0;
  std::size_t at = 0;
  for (; at + 8 <= size && sequence < 1000; at += 8) {
    const auto byte = [&](std::size_t i) { return static_cast<std::int64_t>(data[at + i]); };
    Record record{.kind = static_cast<RecordKind>(byte(0) % 11),
                  .meter = static_cast<MeterKind>(byte(1) % 7),
                  .final = (byte(2) & 1) != 0,
                  .run = 1 + byte(3) % 2,
                  .sequence = ++sequence,
                  .subject = byte(4) % 4,
                  .hour = byte(5) % 3,
                  .value = byte(6) - 8,
                  .instant = {},
                  .note = std::string(static_cast<std::size_t>(byte(7)), 'n')};
    append_record(built, record, chain);
  }
  JournalVerifier ruled(key());
  ruled.segment("built", built);
  const VerifyReport report = ruled.finish();
  if (report.finding) CHECK(report.finding->offset <= static_cast<std::int64_t>(built.size()));

  // One changed byte of it never passes for the same journal.
  if (size > 0 && !report.finding) {
    std::string changed = built;
    changed[data[0] % changed.size()] ^= 0x10;
    JournalVerifier other(key());
    CHECK(!other.segment("changed", changed));
  }
  (void)decode_members(input);
  return 0;
}
