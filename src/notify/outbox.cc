#include "notify/outbox.h"

#include <algorithm>

#include "base/log.h"
#include "notify/mail_headers.h"

namespace postage::notify {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

DeliveryState state_of(std::string_view name) {
  return name == "sent" ? DeliveryState::sent : name == "dead" ? DeliveryState::dead : DeliveryState::waiting;
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

milliseconds pause_after(const DeliveryRules& rules, std::int64_t attempt) {
  seconds pause = rules.first_pause;
  for (std::int64_t i = 1; i < attempt && pause < rules.longest_pause; ++i) pause *= 2;
  return std::min(pause, rules.longest_pause);
}

std::string join(const Headers& headers) {
  std::string out;
  for (const auto& [name, value] : headers) out += name + ": " + value + "\n";
  return out;
}

Headers split(std::string_view lines) {
  Headers headers;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n'), colon = lines.find(": ");
    if (end == std::string_view::npos || colon > end) break;
    headers.emplace_back(lines.substr(0, colon), lines.substr(colon + 2, end - colon - 2));
    lines.remove_prefix(end + 1);
  }
  return headers;
}

Result<Mail> read_mail(db::Connection& connection, std::int64_t id) {
  TRY(mail, connection.first("select recipient, subject, body, html, message_id, created_at from outbox where id = ?",
                             [](db::Row& row) {
                               return Mail{row.text(0), {row.text(1), row.text(2), row.text(3)}, {}, row.text(4),
                                           row.instant(5)};
                             }, id));
  if (!mail) return Error(Errc::store_failed, "a claimed mail is gone");
  TRY(files, connection.all("select name, media_type, content from outbox_file where outbox_id = ? order by position",
                            [](db::Row& row) { return Attachment{row.text(0), row.text(1), row.bytes(2)}; }, id));
  mail->attachments = std::move(files);
  return *std::move(mail);
}

Result<HookDraft> read_hook(db::Connection& connection, std::int64_t id) {
  TRY(hook, connection.first("select key, account_id, kind, recipient, body, headers, answer from outbox where id = ?",
                             [](db::Row& row) {
                               return HookDraft{row.text(0), row.id<AccountId>(1), row.text(2), row.text(3), row.text(4),
                                                split(row.text(5)),
                                                row.text(6) == "wecom" ? HookAnswer::wecom : HookAnswer::status};
                             }, id));
  if (!hook) return Error(Errc::store_failed, "a claimed webhook is gone");
  return *std::move(hook);
}

}  // namespace

std::string_view carrier_name(Carrier carrier) { return carrier == Carrier::mail ? "mail" : "hook"; }

std::string_view delivery_state_name(DeliveryState state) {
  switch (state) {
    case DeliveryState::sent: return "sent";
    case DeliveryState::dead: return "dead";
    case DeliveryState::waiting: break;
  }
  return "waiting";
}

Result<bool> Outbox::add_in(db::Connection& connection, const MailDraft& draft, Instant now) {
  if (draft.key.empty() || draft.key.size() > 200) return Error(Errc::bad_request, "key: must be 1 to 200 bytes");
  if (draft.kind.empty() || draft.kind.size() > 50) return Error(Errc::bad_request, "kind: must be 1 to 50 bytes");
  TRY_VOID(check_mail({draft.to, draft.letter, draft.attachments, {}, now}));
  TRY(id, connection.integer("select coalesce(max(id), 0) + 1 from outbox"));
  const std::string message_id =
      std::to_string(id) + "." + std::to_string(now.time_since_epoch().count()) + "@" + settings_.message_domain;
  TRY(stored, connection.run(
      "insert into outbox(id, carrier, key, account_id, kind, recipient, subject, body, html, message_id, headers, answer, "
      "state, attempts, created_at, next_at, last_error) values (?,'mail',?,?,?,?,?,?,?,?,'','','waiting',0,?,?,'') "
      "on conflict (carrier, key) do nothing",
      id, draft.key, draft.account, draft.kind, draft.to, draft.letter.subject, draft.letter.text, draft.letter.html,
      message_id, now, now));
  if (stored == 0) return false;
  for (std::size_t i = 0; i < draft.attachments.size(); ++i) {
    const Attachment& one = draft.attachments[i];
    TRY_VOID(connection.run("insert into outbox_file(outbox_id, position, name, media_type, content) values (?,?,?,?,?)", id,
                            static_cast<std::int64_t>(i), one.name, one.media_type, db::Bytes{one.bytes}));
  }
  return true;
}

Result<bool> Outbox::add_in(db::Connection& connection, const HookDraft& draft, Instant now) {
  TRY_VOID(check_hook(draft));
  TRY(stored, connection.run(
      "insert into outbox(carrier, key, account_id, kind, recipient, subject, body, html, message_id, headers, answer, "
      "state, attempts, created_at, next_at, last_error) values ('hook',?,?,?,?,'',?,'','',?,?,'waiting',0,?,?,'') "
      "on conflict (carrier, key) do nothing",
      draft.key, draft.account, draft.kind, draft.url, draft.body, join(draft.headers), hook_answer_name(draft.answer), now,
      now));
  return stored != 0;
}

Result<std::optional<std::int64_t>> Outbox::claim(db::Connection& connection, std::int64_t id, Instant now) const {
  // The try is counted and the next one set before sending: if the process dies now, the row waits for its pause instead
  // of being sent in a circle.
  TRY(number, connection.first("update outbox set attempts = attempts + 1 where id = ? and state = 'waiting' and "
                               "next_at <= ? returning attempts", [](db::Row& row) { return row.integer(0); }, id, now));
  if (!number) return std::optional<std::int64_t>();
  TRY_VOID(connection.run("update outbox set next_at = ? where id = ?", now + pause_after(settings_.rules, *number), id));
  return number;
}

Result<void> Outbox::settle(db::Connection& connection, std::optional<Tried>& tried, Instant now,
                            DeliveryReport& report) const {
  if (!tried) return {};
  const bool sent = tried->outcome.ok();
  const std::string detail = sent ? std::string() : one_line(tried->outcome.error().to_string());
  const DeliveryState state = sent                                            ? DeliveryState::sent
                              : tried->number >= settings_.rules.attempts_max ? DeliveryState::dead
                                                                              : DeliveryState::waiting;
  TRY_VOID(connection.run("insert into outbox_try(outbox_id, number, at, accepted, detail) select ?, "
                          "coalesce(max(number), 0) + 1, ?, ?, ? from outbox_try where outbox_id = ?",
                          tried->id, now, sent, detail, tried->id));
  TRY_VOID(connection.run("update outbox set state = ?, sent_at = ?, last_error = ? where id = ?",
                          delivery_state_name(state), sent ? std::optional(now) : std::nullopt, detail, tried->id));
  if (state == DeliveryState::sent) ++report.sent;
  if (state == DeliveryState::waiting) ++report.failed;
  if (state == DeliveryState::dead) {
    ++report.died;
    log(Level::error, "a delivery was given up", {{"outbox", tried->id}, {"attempts", tried->number}, {"error", detail}});
  }
  tried.reset();
  return {};
}

template <class Whole, class Read, class Sender>
Result<DeliveryReport> Outbox::deliver(Carrier carrier, Read read, Sender& sender, Instant now, std::int64_t limit,
                                       const std::atomic<bool>* stop) {
  TRY(due, database_.read([&](db::Connection& connection) {
    return connection.all("select id from outbox where carrier = ? and state = 'waiting' and next_at <= ? "
                          "order by next_at, id limit ?", [](db::Row& row) { return row.integer(0); },
                          carrier_name(carrier), now, std::clamp<std::int64_t>(limit, 1, 1000));
  }));
  DeliveryReport report;
  // How a try ended is written together with the claim of the next row: one wait for the disk a row, not two.
  std::optional<Tried> last;
  for (const std::int64_t id : due) {
    if (stop != nullptr && stop->load()) break;
    TRY(claimed, database_.write([&](db::Connection& connection) -> Result<std::optional<Claimed<Whole>>> {
      TRY_VOID(settle(connection, last, now, report));
      TRY(number, claim(connection, id, now));
      if (!number) return std::optional<Claimed<Whole>>();
      TRY(whole, read(connection, id));
      return std::optional<Claimed<Whole>>({*number, std::move(whole)});
    }));
    if (claimed) last = Tried{id, claimed->number, sender.send(claimed->whole)};
  }
  sender.rest();
  TRY_VOID(database_.write([&](db::Connection& connection) { return settle(connection, last, now, report); }));
  return report;
}

Result<DeliveryReport> Outbox::deliver_due(MailSender& sender, Instant now, std::int64_t limit,
                                           const std::atomic<bool>* stop) {
  return deliver<Mail>(Carrier::mail, read_mail, sender, now, limit, stop);
}

Result<DeliveryReport> Outbox::deliver_due(HookSender& sender, Instant now, std::int64_t limit,
                                           const std::atomic<bool>* stop) {
  return deliver<HookDraft>(Carrier::hook, read_hook, sender, now, limit, stop);
}

Result<std::vector<OutboxRow>> Outbox::list(const OutboxQuery& query) const {
  const std::string_view carrier = query.carrier ? carrier_name(*query.carrier) : "";
  const std::int64_t any_account = query.account ? 0 : 1;
  const AccountId account = query.account.value_or(AccountId{});
  const std::string_view state = query.state ? delivery_state_name(*query.state) : "";
  return database_.read([&](db::Connection& connection) {
    return connection.all(
        "select id, carrier, key, account_id, kind, case carrier when 'mail' then recipient else '' end, subject, state, "
        "attempts, created_at, next_at, sent_at, last_error from outbox where id < ? and (? = '' or carrier = ?) and "
        "(? = 1 or account_id = ?) and (? = '' or state = ?) order by id desc limit ?",
        [](db::Row& row) {
          return OutboxRow{row.integer(0), row.text(1) == "mail" ? Carrier::mail : Carrier::hook, row.text(2),
                           row.id<AccountId>(3), row.text(4), row.text(5), row.text(6), state_of(row.text(7)),
                           row.integer(8), row.instant(9), row.instant(10), row.maybe_instant(11), row.text(12)};
        },
        query.before, carrier, carrier, any_account, account, state, state,
        std::clamp<std::int64_t>(query.limit, 1, 1000));
  });
}

Result<std::vector<Attempt>> Outbox::attempts(std::int64_t id) const {
  return database_.read([&](db::Connection& connection) {
    return connection.all(
        "select number, at, accepted, detail from outbox_try where outbox_id = ? order by number",
        [](db::Row& row) { return Attempt{row.integer(0), row.instant(1), row.flag(2), row.text(3)}; }, id);
  });
}

Result<void> Outbox::retry(std::int64_t id, Instant now) {
  return database_.write([&](db::Connection& connection) -> Result<void> {
    TRY(state, connection.first("select state from outbox where id = ?", [](db::Row& row) { return row.text(0); }, id));
    if (!state) return Error(Errc::not_found, "delivery " + std::to_string(id));
    if (*state == "sent") return Error(Errc::conflict, "it was sent already");
    TRY_VOID(connection.run("update outbox set state = 'waiting', attempts = 0, next_at = ? where id = ?", now, id));
    return {};
  });
}

Result<std::int64_t> Outbox::count(Carrier carrier, DeliveryState state) const {
  return database_.read([&](db::Connection& connection) {
    return connection.integer("select count(*) from outbox where carrier = ? and state = ?", carrier_name(carrier),
                              delivery_state_name(state));
  });
}

Result<std::int64_t> Outbox::sweep(Instant now) {
  const Instant before = now - settings_.keep_bodies;
  return database_.write([&](db::Connection& connection) -> Result<std::int64_t> {
    TRY_VOID(connection.run("delete from outbox_file where outbox_id in "
                            "(select id from outbox where state = 'sent' and sent_at < ?)", before));
    return connection.run("update outbox set body = '', html = '', headers = '', recipient = case carrier when 'mail' then "
                          "recipient else '' end where state = 'sent' and sent_at < ? and "
                          "(body <> '' or carrier = 'hook' and recipient <> '')", before);
  });
}

}  // namespace postage::notify
