#pragma once
// A webhook as a value, its outbox, and the port that sends one. The outbox has the same rules as that of e-mails: rows
// before sending, at least once, growing pauses, dead letters, a delivery log.
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/database.h"
#include "notify/delivery_rows.h"

namespace postage::notify {

/// The tables of the webhook outbox: app runs `database.migrate("notify_hooks", hook_migrations(), now)`.
std::span<const db::Migration> hook_migrations();

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
};

/// One row, without body and URL.
struct HookInfo {
  std::int64_t id = 0;
  std::string key;
  AccountId account;
  std::string kind;
  DeliveryState state = DeliveryState::waiting;
  std::int64_t attempts = 0;
  Instant created_at;
  Instant next_at;
  std::optional<Instant> sent_at;
  std::string last_error;
};

struct HookQuery {
  std::optional<AccountId> account{};
  std::optional<DeliveryState> state{};
  std::int64_t before = INT64_MAX;  ///< ids below this
  std::int64_t limit = 100;         ///< 1 to 1000; newest first
};

/// Thread: any, blocking (SQL); deliver_due() on one worker thread at a time.
class HookOutbox {
 public:
  /// `database` has hook_migrations() and outlives this.
  explicit HookOutbox(db::Database& database, DeliveryRules rules = {}) : database_(database), rules_(rules) {}

  /// Stores a hook to be sent at `now`. True when it is new, false when its key is known. Errors: bad_request.
  Result<bool> add(const HookDraft& draft, Instant now);
  /// The same inside the caller's write transaction.
  static Result<bool> add_in(db::Connection& connection, const HookDraft& draft, Instant now);
  /// Sends what is due at `now`, oldest first, at most `limit`; returns early when `stop` is set.
  Result<DeliveryReport> deliver_due(HookSender& sender, Instant now, std::int64_t limit = 100,
                                     const std::atomic<bool>* stop = nullptr);

  [[nodiscard]] Result<std::vector<HookInfo>> list(const HookQuery& query) const;
  [[nodiscard]] Result<std::vector<Attempt>> attempts(std::int64_t id) const;
  /// Makes a dead or waiting hook due, with all its tries again. Errors: not_found, conflict (it was sent).
  Result<void> retry(std::int64_t id, Instant now);
  [[nodiscard]] Result<std::int64_t> count(DeliveryState state) const;
  /// Removes bodies of hooks sent longer ago than 30 days; the rows with their keys stay. How many.
  Result<std::int64_t> sweep(Instant now);

 private:
  Result<std::optional<HookDraft>> claim(std::int64_t id, Instant now, std::int64_t& attempt);
  db::Database& database_;
  DeliveryRules rules_;
};

}  // namespace postage::notify
