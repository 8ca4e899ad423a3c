#include "auth/entropy.h"

#include <openssl/rand.h>

#include "auth/encoding.h"
#include "base/check.h"

namespace postage::auth {
namespace {

class SystemEntropy final : public Entropy {
 public:
  void fill(std::uint8_t* out, std::size_t bytes) override { CHECK(RAND_bytes(out, static_cast<int>(bytes)) == 1); }
};

}  // namespace

std::string Entropy::bytes(std::size_t bytes) {
  std::string out(bytes, '\0');
  fill(reinterpret_cast<std::uint8_t*>(out.data()), bytes);
  return out;
}

std::string Entropy::hex(std::size_t digits) { return to_hex(bytes(digits / 2)); }

std::uint32_t Entropy::salt() {
  constexpr std::uint32_t kSalts = 99'999'999;
  // 2^32 is not a multiple of kSalts; the part beyond the last whole multiple is drawn again, so that no salt is likelier.
  constexpr std::uint32_t kWhole = UINT32_MAX / kSalts * kSalts;
  std::uint32_t drawn = 0;
  do {
    fill(reinterpret_cast<std::uint8_t*>(&drawn), sizeof drawn);
  } while (drawn >= kWhole);
  return drawn % kSalts + 1;
}

Entropy& system_entropy() {
  static SystemEntropy entropy;
  return entropy;
}

}  // namespace postage::auth
