#pragma once
// Unguessable bytes, as a port, so that tests and the simulator can give their own.
#include <cstddef>
#include <cstdint>
#include <string>

namespace postage::auth {

/// Port. Thread: any.
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void fill(std::uint8_t* out, std::size_t bytes) = 0;

  /// `bytes` random bytes.
  std::string bytes(std::size_t bytes);
  /// `digits` lower-case hex digits, an even number.
  std::string hex(std::size_t digits);
  /// 1 to 99'999'999, as the token builders do.
  std::uint32_t salt();
};

/// The operating system's, through OpenSSL. Ends the process when there is none.
Entropy& system_entropy();

}  // namespace postage::auth
