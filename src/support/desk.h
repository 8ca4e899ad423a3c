#pragma once
// Support requests: opened by customers, answered by operators, reminded of before they are missed. The story of a request
// is append-only; its row holds where it stands. What must be told outside is a row of an outbox in the same transaction.
// Thread: any, blocking (SQL); tick() on the control thread.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/zone.h"
#include "catalog/catalog.h"
#include "db/audit_trail.h"
#include "db/database.h"
#include "notify/hook.h"
#include "notify/outbox.h"
#include "support/hours.h"

namespace postage::support {

/// The tables of this room: component "support".
Result<void> migrate(db::Database& database, Instant now);

/// open: nobody answered yet; answered: the operator spoke last; reopened: the customer spoke after that.
enum class State : std::uint8_t { open, answered, closed, reopened };
std::string_view state_name(State state);
std::optional<State> state_of(std::string_view name);

/// "low", "normal", "high", "urgent".
const std::vector<std::string>& severities();
/// How the customer wants to be reached, with the plan's row that allows it: "email", "wecom", "phone", "slack".
const std::vector<std::string>& channels();
/// Whether the plan has the row `<channel>_support`.
bool offers(const catalog::Plan& plan, std::string_view channel);

/// The operator's own channels; an empty one is not used.
struct OperatorChannels {
  std::string email{};
  std::string wecom_url{};
  std::string slack_url{};
  std::string locale = "en";
  std::string console_url{};
};

/// The account a request is of, as letters need it.
struct Customer {
  AccountId account;
  std::string name;
  std::string email;
  std::string locale = "en";
};

/// Who speaks; `operator_side` decides whether it is an answer.
struct Speaker {
  db::ChangerKind kind = db::ChangerKind::system;
  std::int64_t id = 0;
  std::string name{};  ///< e-mail of a person, name of a key
  bool operator_side = false;
};

struct Draft {
  ProjectId project{};         ///< 0: none
  std::string subject{};       ///< 1 to 200 bytes, one line
  std::string text{};          ///< 1 to 10,000 bytes
  std::string severity = "normal";
  std::string channel = "email";
};

/// Where a request stands.
struct Request {
  std::int64_t id = 0;
  AccountId account;
  std::string account_name;
  ProjectId project;
  std::string subject;
  std::string severity;
  std::string channel;
  State state = State::open;
  std::string opened_by;
  Instant opened_at;
  std::string service_hours;      ///< the plan's words when it was opened
  std::string response_time;
  std::optional<Instant> due_at;  ///< of the answer that is owed; none: best effort, or nothing is owed
  std::optional<Instant> answered_at;  ///< the last answer
  bool missed = false;            ///< an answer that was owed did not come in time, ever
  Instant changed_at;
};

/// One entry of its story.
struct Entry {
  std::int64_t number = 0;  ///< 1, 2, 3 of its request
  Instant at;
  std::string kind;  ///< "opened", "comment", "answer", "closed", "reminder"
  std::string by;
  std::string text;
};

struct RequestQuery {
  std::optional<AccountId> account{};
  std::optional<State> state{};
  std::optional<Instant> due_before{};  ///< only requests that owe an answer by then, soonest first
  std::int64_t after = 0;               ///< ids above this; with due_before: skip so many
  std::int64_t limit = 50;              ///< 1 to 200
};

class Desk {
 public:
  struct Ports {
    db::Database& database;
    OperatorChannels channels;
    Desktime desktime;
    db::AuditTrail* audit = nullptr;  ///< told of what people do, in its transaction; not of what they write
  };
  /// `database` has migrate() and notify's tables, and outlives this.
  explicit Desk(Ports ports) : ports_(std::move(ports)), outbox_(ports_.database) {}

  /// Opens a request under the plan in force. Errors: bad_request ("subject: ..."), forbidden (the plan has no
  /// such channel), rate_limited (100 requests of the account are open), invalid_catalogue.
  Result<Request> open(const Customer& customer, const catalog::Plan& plan, const Zone& zone, const Draft& draft,
                       const Speaker& by, Instant now);
  /// A comment of the customer or an answer of the operator. A customer's comment opens an answered or closed request
  /// again, with a due time by the plan of today. Errors: bad_request, not_found, conflict (500 entries).
  Result<Request> say(const Customer& customer, const catalog::Plan& plan, const Zone& zone, std::int64_t id,
                      const std::string& text, const Speaker& by, Instant now);
  /// Errors: not_found; closing twice does nothing.
  Result<Request> close(std::int64_t id, const Speaker& by, Instant now);

  /// Errors: not_found.
  [[nodiscard]] Result<Request> request(std::int64_t id) const;
  [[nodiscard]] Result<std::vector<Entry>> story(std::int64_t id) const;
  [[nodiscard]] Result<std::vector<Request>> list(const RequestQuery& query) const;

  /// Reminds the operator of what is due: at 50 and 80 percent of the time and when it was missed, each once. Cheap when
  /// nothing is. How many.
  Result<std::int64_t> tick(Instant now);
  /// Requests that owe an answer, and those of them that are late; for metrics.
  [[nodiscard]] Result<std::pair<std::int64_t, std::int64_t>> owed(Instant now) const;

 private:
  struct Due;
  [[nodiscard]] Result<Due> due_times(const catalog::Plan& plan, const Zone& zone, Instant now) const;
  Result<void> append(db::Connection& connection, std::int64_t id, std::string_view kind, std::string_view by,
                      std::string_view text, Instant now);
  Result<void> note(db::Connection& connection, const Request& request, std::string_view action, const Speaker& by,
                    Instant now);
  Result<void> tell_operator(db::Connection& connection, const Request& request, std::string_view what,
                             const std::string& text, Instant now);
  Result<void> tell_customer(db::Connection& connection, const Customer& customer, const Request& request,
                             const std::string& text, Instant now);
  Result<void> remind(std::int64_t id, Instant now);

  const Ports ports_;
  notify::Outbox outbox_;
};

}  // namespace postage::support
