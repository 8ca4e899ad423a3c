#include "net/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <csignal>
#include <fstream>
#include <string_view>
#include <utility>

namespace postage::net {
namespace {

struct BioFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, BioFree>;

Error openssl_error(std::string_view what) {
  const unsigned long code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  std::string detail(what);
  if (reason != nullptr) detail.append(": ").append(reason);
  return {Errc::invalid_config, std::move(detail)};
}

// A key with a passphrase must not make the server ask at the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

Result<void> use_chain(SSL_CTX* context, std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return openssl_error("no memory for the certificate");
  X509* leaf = PEM_read_bio_X509_AUX(bio.get(), nullptr, no_passphrase, nullptr);
  if (leaf == nullptr) return openssl_error("the certificate is not PEM");
  const int used = SSL_CTX_use_certificate(context, leaf);
  X509_free(leaf);
  if (used != 1) return openssl_error("the certificate cannot be used");
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, next) != 1) {
      X509_free(next);
      return openssl_error("a certificate of the chain cannot be used");
    }
  }
  ERR_clear_error();  // The loop ends by "no start line".
  return {};
}

Result<void> use_key(SSL_CTX* context, std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return openssl_error("no memory for the key");
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr);
  if (key == nullptr) return openssl_error("the private key is not PEM without a passphrase");
  const int used = SSL_CTX_use_PrivateKey(context, key);
  EVP_PKEY_free(key);
  if (used != 1) return openssl_error("the private key cannot be used");
  if (SSL_CTX_check_private_key(context) != 1) return openssl_error("the private key is not the certificate's");
  return {};
}

// Clients that would rather speak HTTP/2 are told that here it is HTTP/1.1.
int select_protocol(SSL*, const unsigned char** out, unsigned char* length, const unsigned char* offered,
                    unsigned int offered_length, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, length, kOurs, sizeof kOurs - 1, offered, offered_length);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Result<SSL_CTX*> make_context(std::string_view chain_pem, std::string_view key_pem) {
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_server_method()));
  if (!context) return openssl_error("no TLS context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // Resumption by tickets only: a cache of sessions would be shared between threads behind a lock.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  static constexpr unsigned char kSessionContext[] = "postage";
  SSL_CTX_set_session_id_context(context.get(), kSessionContext, sizeof kSessionContext - 1);
  SSL_CTX_set_num_tickets(context.get(), 1);
  SSL_CTX_set_alpn_select_cb(context.get(), select_protocol, nullptr);
  TRY_VOID(use_chain(context.get(), chain_pem));
  TRY_VOID(use_key(context.get(), key_pem));
  return context.release();
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::create(std::string_view chain_pem, std::string_view key_pem) {
  TRY(context, make_context(chain_pem, key_pem));
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes with write(2), which cannot be told MSG_NOSIGNAL.
  return std::unique_ptr<TlsContext>(new TlsContext(context));
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<void> TlsContext::reload(std::string_view chain_pem, std::string_view key_pem) {
  TRY(context, make_context(chain_pem, key_pem));
  const std::lock_guard lock(mutex_);
  SSL_CTX_free(std::exchange(context_, context));
  return {};
}

ssl_st* TlsContext::open(int descriptor) {
  const std::lock_guard lock(mutex_);
  SSL* ssl = SSL_new(context_);
  if (ssl == nullptr || SSL_set_fd(ssl, descriptor) != 1) {
    SSL_free(ssl);
    ERR_clear_error();
    return nullptr;
  }
  SSL_set_accept_state(ssl);
  return ssl;
}

Result<std::string> read_pem_file(const std::string& path) {
  constexpr std::size_t kBytesMax = 1024 * 1024;
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error(Errc::invalid_config, "cannot read " + path);
  std::string text(kBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kBytesMax || text.empty()) return Error(Errc::invalid_config, path + " is empty or over 1 MiB");
  return text;
}

}  // namespace postage::net
