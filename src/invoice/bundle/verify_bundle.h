#pragma once
// Checks a bundle with nothing but its bytes, on any machine: container, proofs, history, catalogues, documents. The
// first line that does not hold is named. Bytes may come from anywhere: time and memory are bounded by the line length,
// the number of an account's projects and the hours of a month.
#include <optional>
#include <string>
#include <vector>

#include "invoice/bundle/chained_lines.h"
#include "invoice/bundle/proven_month.h"

namespace postage::invoice {

/// The first line that does not hold.
struct BundleFinding {
  std::int64_t line = 0;
  std::string kind;  ///< what the line is: "invoice", "value", ...
  std::string what;
  [[nodiscard]] std::string text() const;
};

struct BundleReport {
  std::optional<BundleFinding> finding;  ///< none: everything holds
  BundleHead head;
  std::string fingerprint;  ///< SHA-256 of the key's 32 bytes, hexadecimal
  bool trusted = false;     ///< the key is the one that the caller got elsewhere
  std::string chain_head;   ///< digest of the last line but the signature
  std::int64_t lines = 0, bytes = 0;
  std::vector<CheckedMonth> months;
  std::vector<std::string> notes;  ///< name and number of other documents
  [[nodiscard]] bool ok() const { return !finding; }
};

/// `trusted`: the meter's public key from elsewhere, or null (then the bundle only proves that who made it holds the
/// key whose fingerprint is reported). Errors: the giver's; what does not hold is in the report. Thread: any.
Result<BundleReport> verify_bundle(ByteGiver give, const meter::SealKey* trusted = nullptr);

/// The bytes of `text`, once.
ByteGiver give_text(std::string text);

}  // namespace postage::invoice
