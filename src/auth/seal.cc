#include "auth/seal.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "auth/encoding.h"
#include "base/check.h"

namespace postage::auth {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::string_view kVersion = "v1:";

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* data_of(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* data_of(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Error wrong(const std::string& path, const std::string& why) {
  return Error(Errc::invalid_config, "key file " + path + ": " + why);
}

Result<void> make_key_file(const std::string& path, Entropy& entropy) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  // Another process may have made it just now; then it is read like any other.
  if (file.get() < 0 && errno == EEXIST) return {};
  if (file.get() < 0) return wrong(path, std::strerror(errno));
  const std::string text = entropy.hex(kKeyBytes * 2) + "\n";
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::fsync(file.get()) != 0) {
    return wrong(path, "cannot be written: " + std::string(std::strerror(errno)));
  }
  return {};
}

}  // namespace

Result<Seal> Seal::open_key_file(const std::string& path, Entropy& entropy) {
  struct stat state {};
  if (::stat(path.c_str(), &state) != 0) TRY_VOID(make_key_file(path, entropy));
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 || ::fstat(file.get(), &state) != 0) return wrong(path, std::strerror(errno));
  if ((state.st_mode & 077) != 0) return wrong(path, "others may read it; set its mode to 0600");
  char text[kKeyBytes * 2 + 2];
  const ssize_t got = ::read(file.get(), text, sizeof text);
  const bool newline = got == static_cast<ssize_t>(kKeyBytes * 2 + 1) && text[kKeyBytes * 2] == '\n';
  if (!newline && got != static_cast<ssize_t>(kKeyBytes * 2)) return wrong(path, "must hold 64 hex digits");
  const auto bytes = from_hex(std::string_view(text, kKeyBytes * 2));
  if (!bytes) return wrong(path, "must hold 64 hex digits");
  std::array<std::uint8_t, kKeyBytes> key{};
  std::memcpy(key.data(), bytes->data(), key.size());
  return Seal(key);
}

std::string Seal::seal(std::string_view plain, std::string_view context, Entropy& entropy) const {
  const std::string nonce = entropy.bytes(kNonceBytes);
  std::string cipher(plain.size(), '\0'), tag(kTagBytes, '\0');
  int length = 0, rest = 0;
  const Context ctx(EVP_CIPHER_CTX_new());
  CHECK(ctx && EVP_EncryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, key_.data(), data_of(nonce)) == 1);
  CHECK(EVP_EncryptUpdate(ctx.get(), nullptr, &length, data_of(context), static_cast<int>(context.size())) == 1);
  CHECK(EVP_EncryptUpdate(ctx.get(), data_of(cipher), &length, data_of(plain), static_cast<int>(plain.size())) == 1);
  CHECK(EVP_EncryptFinal_ex(ctx.get(), data_of(cipher) + length, &rest) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()) == 1);
  return std::string(kVersion) + to_hex(nonce + cipher + tag);
}

Result<std::string> Seal::open(std::string_view sealed, std::string_view context) const {
  const Error bad(Errc::corrupt_record, std::string(context) + " does not open; is the key file the one it was made with?");
  if (!sealed.starts_with(kVersion)) return bad;
  const auto bytes = from_hex(sealed.substr(kVersion.size()));
  if (!bytes || bytes->size() < kNonceBytes + kTagBytes) return bad;
  const std::string_view all(*bytes);
  const std::string_view nonce = all.substr(0, kNonceBytes);
  const std::string_view cipher = all.substr(kNonceBytes, all.size() - kNonceBytes - kTagBytes);
  std::string tag(all.substr(all.size() - kTagBytes));
  std::string plain(cipher.size(), '\0');
  int length = 0, rest = 0;
  const Context ctx(EVP_CIPHER_CTX_new());
  CHECK(ctx && EVP_DecryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, key_.data(), data_of(nonce)) == 1);
  CHECK(EVP_DecryptUpdate(ctx.get(), nullptr, &length, data_of(context), static_cast<int>(context.size())) == 1);
  CHECK(EVP_DecryptUpdate(ctx.get(), data_of(plain), &length, data_of(cipher), static_cast<int>(cipher.size())) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1);
  if (EVP_DecryptFinal_ex(ctx.get(), data_of(plain) + length, &rest) != 1) return bad;
  return plain;
}

}  // namespace postage::auth
