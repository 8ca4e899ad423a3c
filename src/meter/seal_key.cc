#include "meter/seal_key.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text_bytes.h"
#include "meter/file_io.h"

namespace postage::meter {
namespace {

using BioPtr = std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })>;
using ContextPtr = std::unique_ptr<EVP_MD_CTX, decltype([](EVP_MD_CTX* context) { EVP_MD_CTX_free(context); })>;

BioPtr reading(std::string_view text) { return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

/// One digest context a thread: fetching and allocating per record would cost more than the hash.
EVP_MD_CTX* digest_context() {
  thread_local const ContextPtr context(EVP_MD_CTX_new());
  return context.get();
}

}  // namespace

Hash sha256(std::string_view first, std::string_view second) {
  static const EVP_MD* const kMethod = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Hash hash;
  EVP_MD_CTX* context = digest_context();
  CHECK(EVP_DigestInit_ex(context, kMethod, nullptr) == 1);
  CHECK(EVP_DigestUpdate(context, first.data(), first.size()) == 1);
  CHECK(EVP_DigestUpdate(context, second.data(), second.size()) == 1);
  CHECK(EVP_DigestFinal_ex(context, hash.data(), nullptr) == 1);
  return hash;
}

std::string hex(const Hash& hash) { return to_hex(view(hash)); }

void SealKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Result<void> SealKey::describe() {
  if (EVP_PKEY_get_base_id(key_.get()) != EVP_PKEY_ED25519) return Error(Errc::bad_request, "not an Ed25519 key");
  std::array<std::uint8_t, 32> raw{};
  std::size_t size = raw.size();
  CHECK(EVP_PKEY_get_raw_public_key(key_.get(), raw.data(), &size) == 1 && size == raw.size());
  id_ = sha256({reinterpret_cast<const char*>(raw.data()), raw.size()});
  size = raw.size();
  private_ = EVP_PKEY_get_raw_private_key(key_.get(), raw.data(), &size) == 1 && size == raw.size();
  if (private_) salt_secret_ = sha256("postage journal salt", {reinterpret_cast<const char*>(raw.data()), raw.size()});
  OPENSSL_cleanse(raw.data(), raw.size());
  const BioPtr bio(BIO_new(BIO_s_mem()));
  CHECK(PEM_write_bio_PUBKEY(bio.get(), key_.get()) == 1);
  public_pem_ = text_of(bio.get());
  return {};
}

Result<SealKey> SealKey::open_or_make(const std::string& folder, bool sync) {
  const std::string path = folder + "/seal_key.pem";
  SealKey pair;
  if (auto pem = read_file(path, 4096)) {
    pair.key_.reset(PEM_read_bio_PrivateKey(reading(*pem).get(), nullptr, nullptr, nullptr));
    if (!pair.key_) return Error(Errc::corrupt_record, path + ": not a private key in PEM form");
  } else if (pem.error().code == Errc::not_found) {
    pair.key_.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    if (!pair.key_) return Error(Errc::internal, "no Ed25519 key could be made");
    const BioPtr bio(BIO_new(BIO_s_mem()));
    CHECK(PEM_write_bio_PrivateKey(bio.get(), pair.key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    TRY_VOID(replace_file(path, text_of(bio.get()), sync));
  } else {
    return pem.error();
  }
  if (auto done = pair.describe(); !done) return Error(Errc::corrupt_record, path + ": " + done.error().detail);
  const std::string public_path = folder + "/seal_key.pub.pem";
  const auto written = read_file(public_path, 4096);
  if (!written || *written != pair.public_pem_) TRY_VOID(replace_file(public_path, pair.public_pem_, sync));
  return pair;
}

Result<SealKey> SealKey::from_public_pem(std::string_view pem) {
  SealKey key;
  if (pem.size() <= 4096) key.key_.reset(PEM_read_bio_PUBKEY(reading(pem).get(), nullptr, nullptr, nullptr));
  if (!key.key_) return Error(Errc::bad_request, "not a public key in PEM form");
  TRY_VOID(key.describe());
  return key;
}

Result<SealKey> SealKey::from_public_file(const std::string& path) {
  TRY(pem, read_file(path, 4096));
  return from_public_pem(pem);
}

Signature SealKey::sign(const Hash& hash) const {
  Signature signature;
  std::size_t size = signature.size();
  const ContextPtr context(EVP_MD_CTX_new());
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  CHECK(EVP_DigestSign(context.get(), signature.data(), &size, hash.data(), hash.size()) == 1);
  CHECK(size == signature.size());
  return signature;
}

std::string SealKey::salt(const Hash& chain) const {
  CHECK(private_);
  return std::string(view(sha256(view(salt_secret_), view(chain))).substr(0, 16));
}

bool SealKey::verifies(const Hash& hash, std::string_view signature) const {
  if (signature.size() != sizeof(Signature)) return false;
  const ContextPtr context(EVP_MD_CTX_new());
  CHECK(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          hash.data(), hash.size()) == 1;
}

}  // namespace postage::meter
