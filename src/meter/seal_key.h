#pragma once
// SHA-256 and the Ed25519 key that seals the journal. The private key is made once, in the meter's folder, mode 0600;
// the public key lies beside it for whoever verifies.
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct evp_pkey_st;

namespace postage::meter {

using Hash = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

/// SHA-256 of first followed by second.
Hash sha256(std::string_view first, std::string_view second = {});
inline std::string_view view(const Hash& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }
std::string hex(const Hash& hash);

/// A public key, or a pair. A value that moves. Thread: any.
class SealKey {
 public:
  /// Reads "<folder>/seal_key.pem", or makes it and "<folder>/seal_key.pub.pem". Errors: store_failed, corrupt_record.
  static Result<SealKey> open_or_make(const std::string& folder, bool sync = true);
  /// Reads a public key in PEM form, at most 4 KiB. Error: bad_request.
  static Result<SealKey> from_public_pem(std::string_view pem);
  static Result<SealKey> from_public_file(const std::string& path);

  /// Only with a private key.
  [[nodiscard]] Signature sign(const Hash& hash) const;
  [[nodiscard]] bool verifies(const Hash& hash, std::string_view signature) const;
  /// 16 bytes that nobody without the private key can guess, always the same for one `chain`. Only with a private key.
  [[nodiscard]] std::string salt(const Hash& chain) const;
  [[nodiscard]] const std::string& public_pem() const { return public_pem_; }
  /// SHA-256 of the 32 raw bytes of the public key: what a segment names its key by.
  [[nodiscard]] const Hash& id() const { return id_; }

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  Result<void> describe();
  std::unique_ptr<evp_pkey_st, Free> key_;
  std::string public_pem_;
  Hash id_{};
  Hash salt_secret_{};  ///< made from the private key
  bool private_ = false;
};

}  // namespace postage::meter
