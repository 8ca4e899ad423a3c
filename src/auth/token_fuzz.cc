// Whatever comes as a token: reading never fails but with a value, stays within its bounds, and nothing that was not
// built here ever proves itself. The first byte picks the form: text as it is, base64 of bytes, or content to compress.
#include <zlib.h>

#include <cstdint>
#include <cstdlib>

#include "auth/encoding.h"
#include "auth/token.h"
#include "auth/token_vectors.h"
#include "base/limits.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postage;
  if (size == 0) return 0;
  const std::string rest(reinterpret_cast<const char*>(data + 1), size - 1);
  std::string text = rest;
  if (data[0] % 3 == 1) text = "007" + to_base64(rest);
  if (data[0] % 3 == 2) {
    uLongf length = compressBound(rest.size());
    std::string packed(length, '\0');
    compress(reinterpret_cast<Bytef*>(packed.data()), &length, reinterpret_cast<const Bytef*>(rest.data()), rest.size());
    packed.resize(length);
    text = "007" + to_base64(packed);
  }
  const auto token = auth::parse_token(text);
  if (!token) return 0;
  if (token->signing_info.size() > static_cast<std::size_t>(limits::token_inflated_bytes_max)) std::abort();
  if (token->services.size() > static_cast<std::size_t>(limits::token_services_max)) std::abort();
  // What was read and has only known services is built again to the same meaning.
  const auto again = auth::build_token(*token, auth::vectors::kCertificate);
  if (again) {
    const auto read = auth::parse_token(*again);
    if (!read || !auth::signature_fits(*read, auth::vectors::kCertificate)) std::abort();
  }
  return 0;
}
