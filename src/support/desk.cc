#include "support/desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "db/append_only.h"
#include "support/telling.h"

namespace postage::support {
namespace {

constexpr std::int64_t kOpenPerAccountMax = 100;
constexpr std::int64_t kEntriesMax = 500;
constexpr std::size_t kSubjectMax = 200;
constexpr std::size_t kTextMax = 10'000;
constexpr std::int64_t kRemindersPerTick = 200;

// support_request moves (where a request stands); its story is append-only.
constexpr std::string_view kFirst = R"sql(
create table support_request (
  id integer primary key,
  account integer not null,
  account_name text not null,
  project integer not null,
  subject text not null,
  severity text not null,
  channel text not null,
  state text not null,
  opened_by text not null,
  opened_at integer not null,
  service_hours text not null,
  response_time text not null,
  half_at integer,
  most_at integer,
  due_at integer,
  remind_at integer,
  answered_at integer,
  missed integer not null,
  changed_at integer not null
);
create index support_request_by_account on support_request (account, id);
create index support_request_due on support_request (due_at);
create index support_request_remind on support_request (remind_at);
create table support_event (
  request integer not null references support_request (id),
  number integer not null,
  at integer not null,
  kind text not null,
  by_whom text not null,
  text text not null,
  primary key (request, number)
);
)sql" POSTAGE_APPEND_ONLY("support_event", "the story of a support request is");

constexpr std::array<db::Migration, 1> kMigrations{{{1, kFirst}}};

constexpr std::string_view kColumns =
    "id, account, account_name, project, subject, severity, channel, state, opened_by, opened_at, service_hours, "
    "response_time, due_at, answered_at, missed, changed_at";

Request read_request(db::Row& row) {
  Request request;
  request.id = row.integer(0);
  request.account = row.id<AccountId>(1);
  request.account_name = row.text(2);
  request.project = row.id<ProjectId>(3);
  request.subject = row.text(4);
  request.severity = row.text(5);
  request.channel = row.text(6);
  request.state = state_of(row.text(7)).value_or(State::open);
  request.opened_by = row.text(8);
  request.opened_at = row.instant(9);
  request.service_hours = row.text(10);
  request.response_time = row.text(11);
  request.due_at = row.maybe_instant(12);
  request.answered_at = row.maybe_instant(13);
  request.missed = row.flag(14);
  request.changed_at = row.instant(15);
  return request;
}

Result<Request> find(db::Connection& connection, std::int64_t id) {
  TRY(found, connection.first(fmt::format("select {} from support_request where id = ?", kColumns), read_request, id));
  if (!found) return Error(Errc::not_found, "there is no support request " + std::to_string(id));
  return std::move(*found);
}

Result<void> check_text(const std::string& text) {
  if (text.empty() || text.size() > kTextMax) return Error(Errc::bad_request, "text: must be 1 to 10000 bytes");
  return {};
}

bool one_of(const std::vector<std::string>& words, const std::string& word) { return std::ranges::find(words, word) != words.end(); }

Result<void> check(const Draft& draft) {
  const bool control = std::ranges::any_of(draft.subject, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (draft.subject.empty() || draft.subject.size() > kSubjectMax || control) {
    return Error(Errc::bad_request, "subject: must be 1 to 200 bytes on one line");
  }
  if (!one_of(severities(), draft.severity)) return Error(Errc::bad_request, "severity: must be low, normal, high or urgent");
  if (!one_of(channels(), draft.channel)) return Error(Errc::bad_request, "channel: must be email, wecom, phone or slack");
  return check_text(draft.text);
}

std::string feature_word(const catalog::Plan& plan, std::string_view row) {
  for (const catalog::Feature& each : plan.features) {
    if (each.name == row && std::holds_alternative<std::string>(each.value)) return std::get<std::string>(each.value);
  }
  return {};
}

}  // namespace

struct Desk::Due {
  std::optional<Instant> half, most, due;
};

Result<void> migrate(db::Database& database, Instant now) { return database.migrate("support", kMigrations, now); }

std::string_view state_name(State state) {
  constexpr std::string_view kNames[] = {"open", "answered", "closed", "reopened"};
  return kNames[static_cast<std::size_t>(state)];
}

std::optional<State> state_of(std::string_view name) {
  for (const State each : {State::open, State::answered, State::closed, State::reopened}) {
    if (state_name(each) == name) return each;
  }
  return std::nullopt;
}

const std::vector<std::string>& severities() {
  static const std::vector<std::string> kAll = {"low", "normal", "high", "urgent"};
  return kAll;
}

const std::vector<std::string>& channels() {
  static const std::vector<std::string> kAll = {"email", "wecom", "phone", "slack"};
  return kAll;
}

bool offers(const catalog::Plan& plan, std::string_view channel) { return plan.has(std::string(channel) + "_support"); }

Result<Desk::Due> Desk::due_times(const catalog::Plan& plan, const Zone& zone, Instant now) const {
  TRY(promise, promise_of(plan));
  return Due{due(now, promise, ports_.desktime, zone, 50), due(now, promise, ports_.desktime, zone, 80),
             due(now, promise, ports_.desktime, zone)};
}

Result<void> Desk::append(db::Connection& connection, std::int64_t id, std::string_view kind, std::string_view by,
                          std::string_view text, Instant now) {
  TRY(last, connection.integer("select coalesce(max(number), 0) from support_event where request = ?", id));
  if (last >= kEntriesMax) return Error(Errc::conflict, "the request has 500 entries; open a new one");
  TRY_VOID(connection.run("insert into support_event (request, number, at, kind, by_whom, text) values (?, ?, ?, ?, ?, ?)", id,
                          last + 1, now, kind, by, text));
  return {};
}

Result<Request> Desk::open(const Customer& customer, const catalog::Plan& plan, const Zone& zone, const Draft& draft,
                           const Speaker& by, Instant now) {
  TRY_VOID(check(draft));
  if (!offers(plan, draft.channel)) {
    return Error(Errc::forbidden, fmt::format("the plan {} has no support by {}", plan.name, draft.channel));
  }
  TRY(times, due_times(plan, zone, now));
  return ports_.database.write([&](db::Connection& connection) -> Result<Request> {
    TRY(running, connection.integer("select count(*) from support_request where account = ? and state <> 'closed'",
                                    customer.account));
    if (running >= kOpenPerAccountMax) return Error(Errc::rate_limited, "100 requests of the account are not closed");
    TRY(id, connection.first(
                "insert into support_request (account, account_name, project, subject, severity, channel, state, opened_by, "
                "opened_at, service_hours, response_time, half_at, most_at, due_at, remind_at, missed, changed_at) values "
                "(?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, 0, ?) returning id",
                [](db::Row& row) { return row.integer(0); }, customer.account, customer.name, draft.project, draft.subject,
                draft.severity, draft.channel, by.name, now, feature_word(plan, "service_hours"),
                feature_word(plan, "response_time"), times.half, times.most, times.due, times.half, now));
    if (!id) return Error(Errc::store_failed, "the request was not stored");
    TRY_VOID(append(connection, *id, "opened", by.name, draft.text, now));
    TRY(request, find(connection, *id));
    TRY_VOID(note(connection, request, "support.open", by, now));
    TRY_VOID(tell_operator(connection, request, "opened", draft.text, now));
    return std::move(request);
  });
}

Result<Request> Desk::say(const Customer& customer, const catalog::Plan& plan, const Zone& zone, std::int64_t id,
                          const std::string& text, const Speaker& by, Instant now) {
  TRY_VOID(check_text(text));
  TRY(times, due_times(plan, zone, now));
  return ports_.database.write([&](db::Connection& connection) -> Result<Request> {
    TRY(before, find(connection, id));
    TRY_VOID(append(connection, id, by.operator_side ? "answer" : "comment", by.name, text, now));
    if (by.operator_side) {
      TRY_VOID(connection.run("update support_request set state = 'answered', answered_at = ?, missed = case when due_at < ? "
                              "then 1 else missed end, half_at = null, most_at = null, due_at = null, remind_at = null, "
                              "changed_at = ? where id = ?", now, now, now, id));
    } else if (before.state == State::answered || before.state == State::closed) {
      TRY_VOID(connection.run("update support_request set state = 'reopened', half_at = ?, most_at = ?, due_at = ?, "
                              "remind_at = ?, changed_at = ? where id = ?", times.half, times.most, times.due, times.half, now,
                              id));
    } else {
      TRY_VOID(connection.run("update support_request set changed_at = ? where id = ?", now, id));
    }
    TRY(request, find(connection, id));
    TRY_VOID(note(connection, request, by.operator_side ? "support.answer" : "support.comment", by, now));
    if (by.operator_side) TRY_VOID(tell_customer(connection, customer, request, text, now));
    else TRY_VOID(tell_operator(connection, request, "comment", text, now));
    return std::move(request);
  });
}

Result<Request> Desk::close(std::int64_t id, const Speaker& by, Instant now) {
  return ports_.database.write([&](db::Connection& connection) -> Result<Request> {
    TRY(before, find(connection, id));
    if (before.state == State::closed) return std::move(before);
    TRY_VOID(append(connection, id, "closed", by.name, "", now));
    TRY_VOID(connection.run("update support_request set state = 'closed', half_at = null, most_at = null, due_at = null, "
                            "remind_at = null, changed_at = ? where id = ?", now, id));
    TRY(request, find(connection, id));
    TRY_VOID(note(connection, request, "support.close", by, now));
    return std::move(request);
  });
}

Result<Request> Desk::request(std::int64_t id) const {
  return ports_.database.read([&](db::Connection& connection) { return find(connection, id); });
}

Result<std::vector<Entry>> Desk::story(std::int64_t id) const {
  return ports_.database.read([&](db::Connection& connection) {
    return connection.all("select number, at, kind, by_whom, text from support_event where request = ? order by number",
                          [](db::Row& row) {
                            return Entry{row.integer(0), row.instant(1), row.text(2), row.text(3), row.text(4)};
                          },
                          id);
  });
}

Result<std::vector<Request>> Desk::list(const RequestQuery& query) const {
  const std::int64_t one_account = query.account ? 1 : 0;
  const AccountId account = query.account.value_or(AccountId{});
  const std::string_view state = query.state ? state_name(*query.state) : "";
  const std::int64_t limit = std::clamp<std::int64_t>(query.limit, 1, 200);
  const std::string select =
      fmt::format("select {} from support_request where (? = 0 or account = ?) and (? = '' or state = ?) ", kColumns);
  return ports_.database.read([&](db::Connection& connection) {
    if (!query.due_before) {
      return connection.all(select + "and id > ? order by id limit ?", read_request, one_account, account, state, state,
                            query.after, limit);
    }
    return connection.all(select + "and due_at < ? order by due_at, id limit ? offset ?", read_request, one_account, account,
                          state, state, *query.due_before, limit, query.after);
  });
}

Result<std::pair<std::int64_t, std::int64_t>> Desk::owed(Instant now) const {
  return ports_.database.read([&](db::Connection& connection) -> Result<std::pair<std::int64_t, std::int64_t>> {
    TRY(all, connection.integer("select count(*) from support_request where state in ('open', 'reopened')"));
    TRY(late, connection.integer("select count(*) from support_request where due_at < ?", now));
    return std::pair(all, late);
  });
}

Result<std::int64_t> Desk::tick(Instant now) {
  TRY(ids, ports_.database.read([&](db::Connection& connection) {
    return connection.all("select id from support_request where remind_at <= ? order by remind_at limit ?",
                          [](db::Row& row) { return row.integer(0); }, now, kRemindersPerTick);
  }));
  for (const std::int64_t id : ids) TRY_VOID(remind(id, now));
  return static_cast<std::int64_t>(ids.size());
}

/// Tells the last thing that has come true; what a stopped server slept through is not told after it.
Result<void> Desk::remind(std::int64_t id, Instant now) {
  return ports_.database.write([&](db::Connection& connection) -> Result<void> {
    struct Times {
      std::optional<Instant> half, most, due, remind;
    };
    TRY(found, connection.first("select half_at, most_at, due_at, remind_at from support_request where id = ?",
                                [](db::Row& row) {
                                  return Times{row.maybe_instant(0), row.maybe_instant(1), row.maybe_instant(2),
                                               row.maybe_instant(3)};
                                },
                                id));
    if (!found || !found->remind || *found->remind > now || !found->due) return {};  // Answered in between.
    const bool missed = *found->due <= now;
    const bool most = found->most && *found->most <= now;
    const std::string_view what = missed ? "missed" : most ? "80" : "50";
    const std::optional<Instant> next = missed ? std::nullopt : most ? found->due : found->most;
    TRY_VOID(append(connection, id, "reminder", "system", what, now));
    TRY_VOID(connection.run("update support_request set remind_at = ?, missed = ? where id = ?", next, missed, id));
    TRY(request, find(connection, id));
    return tell_operator(connection, request, what, "", now);
  });
}

Result<void> Desk::note(db::Connection& connection, const Request& request, std::string_view action, const Speaker& by,
                        Instant now) {
  if (ports_.audit == nullptr) return {};
  db::ChangeNote note;
  note.kind = by.kind;
  note.id = by.id;
  note.who = by.name;
  note.action = std::string(action);
  note.account = request.account;
  note.project = request.project;
  note.subject = fmt::format("support request {}", request.id);
  note.details = {{"state", std::string(state_name(request.state))}};
  return ports_.audit->note_in(connection, note, now);
}

Result<void> Desk::tell_operator(db::Connection& connection, const Request& request, std::string_view what,
                                 const std::string& text, Instant now) {
  const OperatorChannels& to = ports_.channels;
  TRY(last, connection.integer("select max(number) from support_event where request = ?", request.id));
  const std::string key = fmt::format("support/{}/{}", request.id, last);
  const OperatorNotice notice = operator_notice(request, what, text, to);
  if (!to.email.empty()) {
    notify::MailDraft mail;
    mail.key = key;
    mail.account = request.account;
    mail.kind = "support";
    mail.to = to.email;
    TRY(letter, notice.letter());
    mail.letter = std::move(letter);
    TRY_VOID(outbox_.add_in(connection, mail, now));
  }
  if (!to.wecom_url.empty()) TRY_VOID(outbox_.add_in(connection, notice.wecom(key + "/wecom"), now));
  if (!to.slack_url.empty()) TRY_VOID(outbox_.add_in(connection, notice.slack(key + "/slack"), now));
  return {};
}

Result<void> Desk::tell_customer(db::Connection& connection, const Customer& customer, const Request& request,
                                 const std::string& text, Instant now) {
  if (customer.email.empty()) return {};
  TRY(last, connection.integer("select max(number) from support_event where request = ?", request.id));
  TRY(letter, answer_letter(customer, request, text, ports_.channels.console_url));
  notify::MailDraft mail;
  mail.key = fmt::format("support/{}/{}/customer", request.id, last);
  mail.account = request.account;
  mail.kind = "support";
  mail.to = customer.email;
  mail.letter = std::move(letter);
  TRY_VOID(outbox_.add_in(connection, mail, now));
  return {};
}

}  // namespace postage::support
