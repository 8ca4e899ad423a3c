#pragma once
// The outbox: e-mails and webhooks are rows of the control store before anything is sent, so that none is lost with the
// process. Each is sent at least once; its key makes sure that it is stored only once. A try that fails is repeated with
// growing pauses; after the last one it is a dead letter until someone retries it. Every try is in the delivery log.
// Thread: any, blocking (SQL); deliver_due() on one worker thread at a time for each carrier.
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/database.h"
#include "notify/hook.h"
#include "notify/mail.h"

namespace postage::notify {

/// Makes the tables of this room, and makes one outbox of the two that older folders have. Errors: as Database::migrate.
Result<void> migrate(db::Database& database, Instant now);

/// A mail to be sent.
struct MailDraft {
  std::string key{};      ///< 1 to 200 bytes; a second mail with the same key is not stored
  AccountId account{};    ///< whom it concerns; 0: no account
  std::string kind{};     ///< "quota", "invoice", ...: for lists
  std::string to{};
  Letter letter{};
  std::vector<Attachment> attachments{};
};

/// By what a row is sent; each has keys of its own.
enum class Carrier : std::uint8_t { mail, hook };
/// "mail", "hook".
std::string_view carrier_name(Carrier carrier);

enum class DeliveryState : std::uint8_t { waiting, sent, dead };
/// "waiting", "sent", "dead".
std::string_view delivery_state_name(DeliveryState state);

/// How often and how long it is tried.
struct DeliveryRules {
  seconds first_pause{30};         ///< after the first failed try; doubles with each
  seconds longest_pause{6 * 3600};
  std::int64_t attempts_max = 14;  ///< with these pauses for more than a day
};

/// One line of a delivery log.
struct Attempt {
  std::int64_t number = 0;  ///< 1, 2, 3 of its row
  Instant at;
  bool accepted = false;
  std::string detail;  ///< the error, or empty
};

/// What one round of sending did.
struct DeliveryReport {
  std::int64_t sent = 0;
  std::int64_t failed = 0;  ///< to be tried again
  std::int64_t died = 0;    ///< given up
};

/// One row of the outbox, without its bodies.
struct OutboxRow {
  std::int64_t id = 0;
  Carrier carrier = Carrier::mail;
  std::string key;
  AccountId account;
  std::string kind;
  std::string to;       ///< of a mail; empty for a hook, whose URL may be a secret
  std::string subject;  ///< of a mail
  DeliveryState state = DeliveryState::waiting;
  std::int64_t attempts = 0;
  Instant created_at;
  Instant next_at;  ///< of a waiting row: not before this
  std::optional<Instant> sent_at;
  std::string last_error;
};

struct OutboxQuery {
  std::optional<Carrier> carrier{};
  std::optional<AccountId> account{};
  std::optional<DeliveryState> state{};
  std::int64_t before = INT64_MAX;  ///< ids below this
  std::int64_t limit = 100;         ///< 1 to 1000; newest first
};

struct OutboxSettings {
  std::string message_domain = "postage.local";  ///< right side of Message-ID
  DeliveryRules rules{};
  std::chrono::hours keep_bodies{30 * 24};       ///< texts of what was sent are removed after this
};

class Outbox {
 public:
  /// `database` has this room's tables and outlives this.
  explicit Outbox(db::Database& database, OutboxSettings settings = {})
      : database_(database), settings_(std::move(settings)) {}

  /// Stores a mail or hook to be sent at `now`. True when it is new, false when its key is known (nothing happens then).
  /// Errors: bad_request naming the field.
  template <class Draft>
  Result<bool> add(const Draft& draft, Instant now) {
    return database_.write([&](db::Connection& connection) { return add_in(connection, draft, now); });
  }
  /// The same inside the caller's write transaction: the row exists exactly if the caller's change does.
  Result<bool> add_in(db::Connection& connection, const MailDraft& draft, Instant now);
  Result<bool> add_in(db::Connection& connection, const HookDraft& draft, Instant now);

  /// Sends what is due at `now`, oldest first, at most `limit` rows; returns early when `stop` is set. What the process
  /// does not survive is tried again after its pause.
  Result<DeliveryReport> deliver_due(MailSender& sender, Instant now, std::int64_t limit = 100,
                                     const std::atomic<bool>* stop = nullptr);
  Result<DeliveryReport> deliver_due(HookSender& sender, Instant now, std::int64_t limit = 100,
                                     const std::atomic<bool>* stop = nullptr);

  [[nodiscard]] Result<std::vector<OutboxRow>> list(const OutboxQuery& query) const;
  [[nodiscard]] Result<std::vector<Attempt>> attempts(std::int64_t id) const;
  /// Makes a dead or waiting row due at `now`, with all its tries again. Errors: not_found, conflict (it was sent).
  Result<void> retry(std::int64_t id, Instant now);
  /// How many are waiting or dead, for metrics.
  [[nodiscard]] Result<std::int64_t> count(Carrier carrier, DeliveryState state) const;
  /// Removes bodies, files and URLs of what was sent longer ago than keep_bodies; the rows with their keys stay. How many.
  Result<std::int64_t> sweep(Instant now);

 private:
  /// A try that was made and is not written down yet.
  struct Tried {
    std::int64_t id = 0;
    std::int64_t number = 0;
    Result<void> outcome;
  };
  template <class Whole>
  struct Claimed {
    std::int64_t number = 0;
    Whole whole;
  };
  template <class Whole, class Read, class Sender>
  Result<DeliveryReport> deliver(Carrier carrier, Read read, Sender& sender, Instant now, std::int64_t limit,
                                 const std::atomic<bool>* stop);
  Result<std::optional<std::int64_t>> claim(db::Connection& connection, std::int64_t id, Instant now) const;
  Result<void> settle(db::Connection& connection, std::optional<Tried>& tried, Instant now, DeliveryReport& report) const;

  db::Database& database_;
  OutboxSettings settings_;
};

}  // namespace postage::notify
