#include "base/sha256.h"

#include <openssl/evp.h>

#include "base/check.h"
#include "base/text_bytes.h"

namespace postage {

std::string sha256_hex(std::string_view bytes) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  CHECK(EVP_Digest(bytes.data(), bytes.size(), hash, &length, EVP_sha256(), nullptr) == 1);
  return to_hex({reinterpret_cast<const char*>(hash), length});
}

}  // namespace postage
