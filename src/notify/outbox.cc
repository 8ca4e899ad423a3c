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

constexpr DeliveryTables kTables{"outbox_mail", "outbox_attempt", "mail_id"};

MailInfo read_info(db::Row& row) {
  MailInfo info;
  info.id = row.integer(0);
  info.key = row.text(1);
  info.account = row.id<AccountId>(2);
  info.kind = row.text(3);
  info.to = row.text(4);
  info.subject = row.text(5);
  info.state = delivery_state_of(row.text(6));
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

}  // namespace

std::span<const db::Migration> migrations() { return kMigrations; }

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

Result<std::optional<Mail>> Outbox::claim(std::int64_t id, Instant now, std::int64_t& attempt) {
  return database_.write([&](db::Connection& connection) -> Result<std::optional<Mail>> {
    TRY(counted, claim_row(connection, kTables, settings_.rules, id, now));
    if (!counted) return std::optional<Mail>();
    attempt = *counted;
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

Result<DeliveryReport> Outbox::deliver_due(MailSender& sender, Instant now, std::int64_t limit,
                                           const std::atomic<bool>* stop) {
  TRY(due, database_.read([&](db::Connection& connection) { return due_rows(connection, kTables, now, limit); }));
  DeliveryReport report;
  for (const std::int64_t id : due) {
    if (stop != nullptr && stop->load()) break;
    std::int64_t attempt = 0;
    TRY(mail, claim(id, now, attempt));
    if (!mail) continue;
    const Result<void> outcome = sender.send(*mail);
    TRY(state, database_.write([&](db::Connection& connection) {
      return settle_row(connection, kTables, settings_.rules, id, attempt, outcome, now);
    }));
    add_to(report, state);
    if (state == MailState::dead) {
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
  return database_.read([&](db::Connection& connection) { return attempts_of(connection, kTables, id); });
}

Result<void> Outbox::retry(std::int64_t id, Instant now) {
  return database_.write([&](db::Connection& connection) { return retry_row(connection, kTables, id, now); });
}

Result<std::int64_t> Outbox::count(MailState state) const {
  return database_.read([&](db::Connection& connection) { return count_rows(connection, kTables, state); });
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
