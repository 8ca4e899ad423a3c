#pragma once
// The container of a bundle: text lines, each "<64 hex digits> <text>\n", where the digits are SHA-256 of (the digest
// of the line before, raw, then the text). The last line carries an Ed25519 signature over the digest of the line
// before it. So every byte counts, and nobody without the key can make another file. docs/bundle.md is its description.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "meter/seal_key.h"

namespace postage::invoice {

/// Takes bytes of a file in order.
using ByteTaker = std::function<Result<void>(std::string_view bytes)>;
/// Gives the next bytes of a file; empty at its end.
using ByteGiver = std::function<Result<std::string>()>;

/// Longest line of a bundle, bytes with its newline, and most lines.
inline constexpr std::size_t kBundleLineBytesMax = std::size_t(32) << 20;
inline constexpr std::int64_t kBundleLinesMax = 100'000'000;

/// What the signature is over: SHA-256 of a fixed word and `chain`, so that it can never pass for a journal's seal.
meter::Hash signed_hash(const meter::Hash& chain);

/// Writes lines. Thread: one.
class ChainedWriter {
 public:
  explicit ChainedWriter(ByteTaker take) : take_(std::move(take)) {}
  /// `text` has no newline.
  Result<void> line(std::string_view text);
  [[nodiscard]] const meter::Hash& chain() const { return chain_; }
  [[nodiscard]] std::int64_t lines() const { return lines_; }

 private:
  ByteTaker take_;
  meter::Hash chain_{};
  std::int64_t lines_ = 0;
};

/// Reads lines and checks each against its digest. Thread: one. Memory: one line and one part of the file.
class ChainedReader {
 public:
  explicit ChainedReader(ByteGiver give) : give_(std::move(give)) {}
  /// The next line's text; false at the end of the file. Errors: corrupt_record that says what is wrong with the line
  /// that line() names; those of the giver.
  Result<bool> next(std::string& text);
  /// Number of the line that next() read last, or failed at: 1, 2, 3, ...
  [[nodiscard]] std::int64_t line() const { return line_; }
  /// The digest after the line that next() read last, and before it.
  [[nodiscard]] const meter::Hash& chain() const { return chain_; }
  [[nodiscard]] const meter::Hash& before() const { return before_; }
  /// Bytes that were read.
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }

 private:
  /// Fills `raw` with the next line without its newline.
  Result<bool> next_raw(std::string& raw);
  ByteGiver give_;
  std::string buffer_;
  std::size_t at_ = 0;
  meter::Hash chain_{}, before_{};
  std::int64_t line_ = 0;
  std::int64_t bytes_ = 0;
};

}  // namespace postage::invoice
