#pragma once
// argon2id hashes of passwords, in the usual "$argon2id$v=19$..." text. Each call takes some 20 ms and the memory it is
// told to: workers only. Thread: any.
#include <cstdint>
#include <string>
#include <string_view>

#include "auth/entropy.h"
#include "base/result.h"

namespace postage::auth {

struct PasswordCost {
  std::uint32_t passes = 2;
  std::uint32_t kib = 19 * 1024;
};

/// Errors: internal (no memory).
Result<std::string> hash_password(std::string_view password, const PasswordCost& cost, Entropy& entropy);
/// Whether the password is the one of the hash; false as well for a hash that cannot be read.
bool password_fits(std::string_view password, const std::string& hash);
/// Whether the hash was made with another cost and should be made again at the next right log-in.
bool cost_differs(std::string_view hash, const PasswordCost& cost);

}  // namespace postage::auth
