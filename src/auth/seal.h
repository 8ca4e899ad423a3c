#pragma once
// Encryption of secrets at rest (AES-256-GCM): the certificates of projects. The key is a file in the data directory; who
// has a copy of the database alone cannot read them. Immutable after making; thread: any.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "auth/entropy.h"
#include "base/result.h"

namespace postage::auth {

class Seal {
 public:
  /// Reads the key file (64 hex digits and a newline), or makes it with mode 0600 when there is none. Errors:
  /// invalid_config naming the file (not readable, wrong content, readable by others).
  static Result<Seal> open_key_file(const std::string& path, Entropy& entropy);
  /// From 32 bytes.
  static Seal from_key(const std::array<std::uint8_t, 32>& key) { return Seal(key); }

  /// "v1:" and the hex of nonce, ciphertext and tag. `context` (say "project 7 certificate 1") is bound to it: a sealed
  /// text moved to another row does not open.
  [[nodiscard]] std::string seal(std::string_view plain, std::string_view context, Entropy& entropy) const;
  /// Errors: corrupt_record.
  [[nodiscard]] Result<std::string> open(std::string_view sealed, std::string_view context) const;

 private:
  explicit Seal(const std::array<std::uint8_t, 32>& key) : key_(key) {}
  std::array<std::uint8_t, 32> key_;
};

}  // namespace postage::auth
