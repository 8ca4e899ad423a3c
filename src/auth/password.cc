#include "auth/password.h"

#include <argon2.h>

namespace postage::auth {
namespace {

constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

}  // namespace

Result<std::string> hash_password(std::string_view password, const PasswordCost& cost, Entropy& entropy) {
  const std::string salt = entropy.bytes(kSaltBytes);
  std::string text(argon2_encodedlen(cost.passes, cost.kib, kLanes, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const int done = argon2id_hash_encoded(cost.passes, cost.kib, kLanes, password.data(), password.size(), salt.data(),
                                         salt.size(), kHashBytes, text.data(), text.size());
  if (done != ARGON2_OK) return Error(Errc::internal, std::string("argon2: ") + argon2_error_message(done));
  text.resize(text.find('\0'));
  return text;
}

bool password_fits(std::string_view password, const std::string& hash) {
  return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

bool cost_differs(std::string_view hash, const PasswordCost& cost) {
  const std::string wanted = "$m=" + std::to_string(cost.kib) + ",t=" + std::to_string(cost.passes) + ",p=1$";
  return hash.find(wanted) == std::string_view::npos;
}

}  // namespace postage::auth
