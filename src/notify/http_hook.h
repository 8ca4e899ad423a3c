#pragma once
// Sends webhooks over HTTP or HTTPS with libcurl.
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "notify/hook.h"

namespace postage::notify {

struct HttpHookSettings {
  std::string ca_file{};  ///< PEM file of authorities; empty: the system's
  milliseconds connect_timeout{5'000};
  milliseconds timeout{15'000};  ///< for a whole call
};

/// Thread: any, one hook at a time per object; blocks up to `timeout`. Redirects are not followed: a receiver cannot send
/// us to an address that nobody set. No proxy of the environment is used. At most 64 KiB of an answer are read.
class HttpHookSender final : public HookSender {
 public:
  explicit HttpHookSender(HttpHookSettings settings = {});
  Result<void> send(const HookDraft& hook) override;

 private:
  HttpHookSettings settings_;
};

}  // namespace postage::notify
