#pragma once
// Server-side TLS settings over OpenSSL: TLS 1.2 and 1.3, session tickets on, ALPN "http/1.1". The keys are read from
// PEM text; files are app's matter (and read_pem_file's).
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace postage::net {

/// One certificate chain with its key, replaceable while serving. Shared by all servers; outlives them. Thread: any.
class TlsContext {
 public:
  /// `chain_pem`: certificate first, then intermediates; `key_pem`: its private key, not encrypted. Fails with
  /// Errc::invalid_config and OpenSSL's reason (never the key).
  static Result<std::unique_ptr<TlsContext>> create(std::string_view chain_pem, std::string_view key_pem);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// Takes a new certificate for connections accepted from now on; on failure the old one stays.
  Result<void> reload(std::string_view chain_pem, std::string_view key_pem);
  /// A new connection's state on `descriptor`, or null when memory is short. The caller frees it with SSL_free.
  [[nodiscard]] ssl_st* open(int descriptor);

 private:
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  std::mutex mutex_;
  ssl_ctx_st* context_;  // replaced whole on reload; live connections keep theirs by reference count
};

/// The whole file, at most 1 MiB; Errc::invalid_config when it cannot be read.
Result<std::string> read_pem_file(const std::string& path);

}  // namespace postage::net
