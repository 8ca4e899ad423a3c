#pragma once
// The outbox: e-mails are rows of the control store before anything is sent, so that none is lost with the process. A mail
// is sent at least once; its key makes sure that it is stored only once. A try that fails is repeated with growing pauses;
// after the last one the mail is a dead letter until someone retries it. Every try is in the delivery log.
// Thread: any, blocking (SQL); deliver_due() on one worker thread at a time.
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/database.h"
#include "notify/delivery_rows.h"
#include "notify/mail.h"

namespace postage::notify {

/// The tables of this room: app runs `database.migrate("notify", migrations(), now)`.
std::span<const db::Migration> migrations();

/// A mail to be sent.
struct MailDraft {
  std::string key{};      ///< 1 to 200 bytes; a second draft with the same key is not stored
  AccountId account{};    ///< whom it concerns; 0: no account
  std::string kind{};     ///< "quota", "invoice", ...: for lists
  std::string to{};
  Letter letter{};
  std::vector<Attachment> attachments{};
};

using MailState = DeliveryState;
inline std::string_view mail_state_name(MailState state) { return delivery_state_name(state); }

/// One row of the outbox, without its bodies.
struct MailInfo {
  std::int64_t id = 0;
  std::string key;
  AccountId account;
  std::string kind;
  std::string to;
  std::string subject;
  MailState state = MailState::waiting;
  std::int64_t attempts = 0;
  Instant created_at;
  Instant next_at;  ///< of a waiting mail: not before this
  std::optional<Instant> sent_at;
  std::string last_error;
};

struct MailQuery {
  std::optional<AccountId> account{};
  std::optional<MailState> state{};
  std::int64_t before = INT64_MAX;  ///< ids below this
  std::int64_t limit = 100;         ///< 1 to 1000; newest first
};

struct OutboxSettings {
  std::string message_domain = "postage.local";  ///< right side of Message-ID
  DeliveryRules rules{};
  std::chrono::hours keep_bodies{30 * 24};       ///< texts of sent mails are removed after this
};

class Outbox {
 public:
  /// `database` has this room's tables and outlives this.
  explicit Outbox(db::Database& database, OutboxSettings settings = {})
      : database_(database), settings_(std::move(settings)) {}

  /// Stores a mail to be sent at `now`. True when it is new, false when its key is known (nothing happens then). Errors:
  /// bad_request naming the field.
  Result<bool> add(const MailDraft& draft, Instant now);
  /// The same inside the caller's write transaction: the mail exists exactly if the caller's change does.
  Result<bool> add_in(db::Connection& connection, const MailDraft& draft, Instant now);

  /// Sends what is due at `now`, oldest first, at most `limit` mails; returns early when `stop` is set. A mail whose try
  /// the process does not survive is tried again after its pause.
  Result<DeliveryReport> deliver_due(MailSender& sender, Instant now, std::int64_t limit = 100,
                                     const std::atomic<bool>* stop = nullptr);

  [[nodiscard]] Result<std::vector<MailInfo>> list(const MailQuery& query) const;
  [[nodiscard]] Result<std::vector<Attempt>> attempts(std::int64_t id) const;
  /// Makes a dead or waiting mail due at `now`, with all its tries again. Errors: not_found, conflict (it was sent).
  Result<void> retry(std::int64_t id, Instant now);
  /// Waiting and dead mails, for metrics.
  [[nodiscard]] Result<std::int64_t> count(MailState state) const;
  /// Removes texts and attachments of mails sent longer ago than keep_bodies; the rows with their keys stay. How many.
  Result<std::int64_t> sweep(Instant now);

 private:
  Result<std::optional<Mail>> claim(std::int64_t id, Instant now, std::int64_t& attempt);

  db::Database& database_;
  OutboxSettings settings_;
};

}  // namespace postage::notify
