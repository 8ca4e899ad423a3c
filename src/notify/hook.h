#pragma once
// A webhook as a value, and the port that sends one.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace postage::notify {

/// What tells that a receiver took it.
enum class HookAnswer : std::uint8_t {
  status,  ///< HTTP 2xx
  wecom,   ///< HTTP 2xx and "errcode":0 in the JSON answer (a WeCom group robot answers 200 to refusals too)
};
/// "status", "wecom".
std::string_view hook_answer_name(HookAnswer answer);

/// One POST to be made.
struct HookDraft {
  std::string key{};     ///< 1 to 200 bytes; a second draft with the same key is not stored
  AccountId account{};   ///< whom it concerns; 0: no account
  std::string kind{};    ///< 1 to 50 bytes: "support", ...: for lists
  std::string url{};     ///< http or https, no user in it, at most 2,000 bytes
  std::string body{};    ///< at most 256 KiB
  std::vector<std::pair<std::string, std::string>> headers{};  ///< at most 16; beside Content-Type: application/json
  HookAnswer answer = HookAnswer::status;
};
/// Bounds. Errors: bad_request naming the field ("url", "body", "headers", ...).
Result<void> check_hook(const HookDraft& draft);

/// Port. `send` blocks until it is answered or refused; it may be called again for the same hook, whose key says so.
/// Errors: unavailable with the reason, for the delivery log. The reason never holds the URL, which may be a secret.
class HookSender {
 public:
  virtual ~HookSender() = default;
  virtual Result<void> send(const HookDraft& hook) = 0;
  /// Nothing more is due for now: connections that were kept for the next hook may go.
  virtual void rest() {}
};

}  // namespace postage::notify
