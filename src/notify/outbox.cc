#include "notify/outbox.h"

#include <algorithm>

#include "base/log.h"
#include "notify/mail_headers.h"

namespace postage::notify {
namespace {

constexpr std::string_view kFirst = R"sql(
create table outbox_mail(
  id integer primary key,
  key text not null unique,
  account_id integer not null,
  kind text not null,
  recipient text not null,
  subject text not null,
  body_text text not null,
  body_html text not null,
  message_id text not null,
  state text not null,
  attempts integer not null,
  created_at integer not null,
  next_at integer not null,
  sent_at integer,
  last_error text not null);
create index outbox_mail_due on outbox_mail(state, next_at);
create index outbox_mail_account on outbox_mail(account_id, id);

create table outbox_attachment(
  mail_id integer not null references outbox_mail(id),
  position integer not null,
  name text not null,
  media_type text not null,
  content blob not null,
  primary key (mail_id, position));

create table outbox_attempt(
  mail_id integer not null references outbox_mail(id),
  number integer not null,
  at integer not null,
  accepted integer not null,
  detail text not null,
  primary key (mail_id, number));
)sql";

constexpr db::Migration kMigrations[] = {{1, kFirst}};

MailState state_of(std::string_view name) {
  return name == "sent" ? MailState::sent : name == "dead" ? MailState::dead : MailState::waiting;
}

MailInfo read_info(db::Row& row) {
  MailInfo info;
  info.id = row.integer(0);
  info.key = row.text(1);
  info.account = row.id<AccountId>(2);
  info.kind = row.text(3);
  info.to = row.text(4);
  info.subject = row.text(5);
  info.state = state_of(row.text(6));
  info.attempts = row.integer(7);
  info.created_at = row.instant(8);
  info.next_at = row.instant(9);
  info.sent_at = row.maybe_instant(10);
  info.last_error = row.text(11);
  return info;
}

Result<std::vector<Attachment>> read_attachments(db::Connection& connection, std::int64_t mail) {
  return connection.all("select name, media_type, content from outbox_attachment where mail_id = ? order by position",
                        [](db::Row& row) { return Attachment{row.text(0), row.text(1), row.bytes(2)}; }, mail);
}

/// An error from outside, short enough for a list and without line breaks.
std::string one_line(std::string text) {
  constexpr std::size_t kMax = 500;
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) c = ' ';
  }
  if (text.size() > kMax) text.resize(kMax);
  return text;
}

}  // namespace

std::span<const db::Migration> migrations() { return kMigrations; }

std::string_view mail_state_name(MailState state) {
  switch (state) {
    case MailState::sent: return "sent";
    case MailState::dead: return "dead";
    case MailState::waiting: break;
  }
  return "waiting";
}

Result<bool> Outbox::add(const MailDraft& draft, Instant now) {
  return database_.write([&](db::Connection& connection) { return add_in(connection, draft, now); });
}

Result<bool> Outbox::add_in(db::Connection& connection, const MailDraft& draft, Instant now) {
  if (draft.key.empty() || draft.key.size() > 200) return Error(Errc::bad_request, "key: must be 1 to 200 bytes");
  if (draft.kind.empty() || draft.kind.size() > 50) return Error(Errc::bad_request, "kind: must be 1 to 50 bytes");
  TRY_VOID(check_mail({draft.to, draft.letter, draft.attachments, {}, now}));
  TRY(id, connection.integer("select coalesce(max(id), 0) + 1 from outbox_mail"));
  const std::string message_id =
      std::to_string(id) + "." + std::to_string(now.time_since_epoch().count()) + "@" + settings_.message_domain;
  TRY(stored, connection.run(
      "insert into outbox_mail(id, key, account_id, kind, recipient, subject, body_text, body_html, message_id, state, "
      "attempts, created_at, next_at, last_error) values (?,?,?,?,?,?,?,?,?,'waiting',0,?,?,'') on conflict (key) do nothing",
      id, draft.key, draft.account, draft.kind, draft.to, draft.letter.subject, draft.letter.text, draft.letter.html,
      message_id, now, now));
  if (stored == 0) return false;
  for (std::size_t i = 0; i < draft.attachments.size(); ++i) {
    const Attachment& one = draft.attachments[i];
    TRY(kept, connection.run("insert into outbox_attachment(mail_id, position, name, media_type, content) values (?,?,?,?,?)",
                             id, static_cast<std::int64_t>(i), one.name, one.media_type, db::Bytes{one.bytes}));
    (void)kept;
  }
  return true;
}

milliseconds Outbox::pause_after(std::int64_t attempt) const {
  seconds pause = settings_.first_pause;
  for (std::int64_t i = 1; i < attempt && pause < settings_.longest_pause; ++i) pause *= 2;
  return std::min(pause, settings_.longest_pause);
}

Result<std::optional<Mail>> Outbox::claim(std::int64_t id, Instant now, std::int64_t& attempt) {
  return database_.write([&](db::Connection& connection) -> Result<std::optional<Mail>> {
    // The try is counted and the next one set before sending: if the process dies now, the mail waits for its pause
    // instead of being sent in a circle.
    TRY(counted, connection.first("update outbox_mail set attempts = attempts + 1 where id = ? and state = 'waiting' and "
                                  "next_at <= ? returning attempts", [](db::Row& row) { return row.integer(0); }, id, now));
    if (!counted) return std::optional<Mail>();
    attempt = *counted;
    TRY(set, connection.run("update outbox_mail set next_at = ? where id = ?", now + pause_after(attempt), id));
    (void)set;
    TRY(found, connection.first("select recipient, subject, body_text, body_html, message_id, created_at from outbox_mail "
                                "where id = ?", [](db::Row& row) {
      return Mail{row.text(0), {row.text(1), row.text(2), row.text(3)}, {}, row.text(4), row.instant(5)};
    }, id));
    if (!found) return Error(Errc::store_failed, "a claimed mail is gone");
    TRY(attachments, read_attachments(connection, id));
    found->attachments = std::move(attachments);
    return found;
  });
}

Result<MailState> Outbox::settle(std::int64_t id, std::int64_t attempt, const Result<void>& outcome, Instant now) {
  const std::string detail = outcome ? std::string() : one_line(outcome.error().to_string());
  const MailState state = outcome ? MailState::sent
                          : attempt >= settings_.attempts_max ? MailState::dead : MailState::waiting;
  return database_.write([&](db::Connection& connection) -> Result<MailState> {
    TRY(logged, connection.run("insert into outbox_attempt(mail_id, number, at, accepted, detail) "
                               "select ?, coalesce(max(number), 0) + 1, ?, ?, ? from outbox_attempt where mail_id = ?",
                               id, now, outcome.ok(), detail, id));
    (void)logged;
    std::optional<Instant> sent_at;
    if (outcome) sent_at = now;
    TRY(changed, connection.run("update outbox_mail set state = ?, sent_at = ?, last_error = ? where id = ?",
                                mail_state_name(state), sent_at, detail, id));
    (void)changed;
    return state;
  });
}

Result<DeliveryReport> Outbox::deliver_due(MailSender& sender, Instant now, std::int64_t limit,
                                           const std::atomic<bool>* stop) {
  TRY(due, database_.read([&](db::Connection& connection) {
    return connection.all("select id from outbox_mail where state = 'waiting' and next_at <= ? order by next_at, id limit ?",
                          [](db::Row& row) { return row.integer(0); }, now, std::clamp<std::int64_t>(limit, 1, 1000));
  }));
  DeliveryReport report;
  for (const std::int64_t id : due) {
    if (stop != nullptr && stop->load()) break;
    std::int64_t attempt = 0;
    TRY(mail, claim(id, now, attempt));
    if (!mail) continue;
    const Result<void> outcome = sender.send(*mail);
    TRY(state, settle(id, attempt, outcome, now));
    if (state == MailState::sent) ++report.sent;
    if (state == MailState::waiting) ++report.failed;
    if (state == MailState::dead) {
      ++report.died;
      log(Level::error, "an e-mail was given up", {{"mail", id}, {"attempts", attempt}, {"error", one_line(outcome.error().to_string())}});
    }
  }
  return report;
}

Result<std::vector<MailInfo>> Outbox::list(const MailQuery& query) const {
  std::string sql = "select id, key, account_id, kind, recipient, subject, state, attempts, created_at, next_at, sent_at, "
                    "last_error from outbox_mail where id < ? and (? = 0 or account_id = ?) and (? = '' or state = ?) "
                    "order by id desc limit ?";
  const std::int64_t any_account = query.account ? 1 : 0;
  const AccountId account = query.account.value_or(AccountId{});
  const std::string_view state = query.state ? mail_state_name(*query.state) : "";
  return database_.read([&](db::Connection& connection) {
    return connection.all(sql, read_info, query.before, any_account, account, state, state,
                          std::clamp<std::int64_t>(query.limit, 1, 1000));
  });
}

Result<std::vector<Attempt>> Outbox::attempts(std::int64_t id) const {
  return database_.read([&](db::Connection& connection) {
    return connection.all("select number, at, accepted, detail from outbox_attempt where mail_id = ? order by number",
                          [](db::Row& row) { return Attempt{row.integer(0), row.instant(1), row.flag(2), row.text(3)}; }, id);
  });
}

Result<void> Outbox::retry(std::int64_t id, Instant now) {
  return database_.write([&](db::Connection& connection) -> Result<void> {
    TRY(state, connection.first("select state from outbox_mail where id = ?", [](db::Row& row) { return row.text(0); }, id));
    if (!state) return Error(Errc::not_found, "mail " + std::to_string(id));
    if (*state == "sent") return Error(Errc::conflict, "the mail was sent already");
    TRY(changed, connection.run("update outbox_mail set state = 'waiting', attempts = 0, next_at = ? where id = ?", now, id));
    (void)changed;
    return {};
  });
}

Result<std::int64_t> Outbox::count(MailState state) const {
  return database_.read([&](db::Connection& connection) {
    return connection.integer("select count(*) from outbox_mail where state = ?", mail_state_name(state));
  });
}

Result<std::int64_t> Outbox::sweep(Instant now) {
  const Instant before = now - settings_.keep_bodies;
  return database_.write([&](db::Connection& connection) -> Result<std::int64_t> {
    TRY(removed, connection.run("delete from outbox_attachment where mail_id in "
                                "(select id from outbox_mail where state = 'sent' and sent_at < ?)", before));
    (void)removed;
    return connection.run("update outbox_mail set body_text = '', body_html = '' where state = 'sent' and sent_at < ? and "
                          "body_text <> ''", before);
  });
}

}  // namespace postage::notify
