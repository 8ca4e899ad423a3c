#include <algorithm>

#include "base/log.h"
#include "notify/hook.h"
#include "notify/mail_headers.h"

namespace postage::notify {
namespace {

constexpr std::size_t kUrlMax = 2000;
constexpr std::size_t kBodyMax = 256 * 1024;
constexpr std::size_t kHeadersMax = 16;
constexpr std::size_t kHeaderBytesMax = 1000;
constexpr std::chrono::hours kKeepBodies{30 * 24};
constexpr DeliveryTables kTables{"outbox_hook", "outbox_hook_attempt", "hook_id"};

// headers: "name: value" lines, each ended by \n.
constexpr std::string_view kFirst = R"sql(
create table outbox_hook(
  id integer primary key,
  key text not null unique,
  account_id integer not null,
  kind text not null,
  url text not null,
  headers text not null,
  body text not null,
  answer text not null,
  state text not null,
  attempts integer not null,
  created_at integer not null,
  next_at integer not null,
  sent_at integer,
  last_error text not null);
create index outbox_hook_due on outbox_hook(state, next_at);
create index outbox_hook_account on outbox_hook(account_id, id);

create table outbox_hook_attempt(
  hook_id integer not null references outbox_hook(id),
  number integer not null,
  at integer not null,
  accepted integer not null,
  detail text not null,
  primary key (hook_id, number));
)sql";

constexpr db::Migration kMigrations[] = {{1, kFirst}};

bool header_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string join(const std::vector<std::pair<std::string, std::string>>& headers) {
  std::string out;
  for (const auto& [name, value] : headers) out += name + ": " + value + "\n";
  return out;
}

std::vector<std::pair<std::string, std::string>> split(std::string_view lines) {
  std::vector<std::pair<std::string, std::string>> headers;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n'), colon = lines.find(": ");
    if (end == std::string_view::npos || colon > end) break;
    headers.emplace_back(lines.substr(0, colon), lines.substr(colon + 2, end - colon - 2));
    lines.remove_prefix(end + 1);
  }
  return headers;
}

}  // namespace

std::span<const db::Migration> hook_migrations() { return kMigrations; }

std::string_view hook_answer_name(HookAnswer answer) { return answer == HookAnswer::wecom ? "wecom" : "status"; }

Result<void> check_hook(const HookDraft& draft) {
  if (draft.key.empty() || draft.key.size() > 200 || !valid_header_text(draft.key)) {
    return Error(Errc::bad_request, "key: must be 1 to 200 bytes on one line");
  }
  if (draft.kind.empty() || draft.kind.size() > 50) return Error(Errc::bad_request, "kind: must be 1 to 50 bytes");
  const bool http = draft.url.starts_with("http://") || draft.url.starts_with("https://");
  if (!http || draft.url.size() > kUrlMax || !valid_header_text(draft.url)) {
    return Error(Errc::bad_request, "url: must be http:// or https://, at most 2000 bytes");
  }
  const std::string_view host = std::string_view(draft.url).substr(0, draft.url.find('/', 8));
  if (host.find('@') != std::string_view::npos) return Error(Errc::bad_request, "url: must not hold a user");
  if (draft.body.size() > kBodyMax) return Error(Errc::bad_request, "body: must be at most 256 KiB");
  if (draft.headers.size() > kHeadersMax) return Error(Errc::bad_request, "headers: at most 16");
  for (const auto& [name, value] : draft.headers) {
    if (!header_name(name) || !valid_header_text(value) || name.size() + value.size() > kHeaderBytesMax) {
      return Error(Errc::bad_request, "headers: a name is letters, digits and '-', a value one line");
    }
  }
  return {};
}

Result<bool> HookOutbox::add(const HookDraft& draft, Instant now) {
  return database_.write([&](db::Connection& connection) { return add_in(connection, draft, now); });
}

Result<bool> HookOutbox::add_in(db::Connection& connection, const HookDraft& draft, Instant now) {
  TRY_VOID(check_hook(draft));
  TRY(stored, connection.run(
      "insert into outbox_hook(key, account_id, kind, url, headers, body, answer, state, attempts, created_at, next_at, "
      "last_error) values (?,?,?,?,?,?,?,'waiting',0,?,?,'') on conflict (key) do nothing",
      draft.key, draft.account, draft.kind, draft.url, join(draft.headers), draft.body, hook_answer_name(draft.answer), now,
      now));
  return stored != 0;
}

Result<std::optional<HookDraft>> HookOutbox::claim(std::int64_t id, Instant now, std::int64_t& attempt) {
  return database_.write([&](db::Connection& connection) -> Result<std::optional<HookDraft>> {
    TRY(counted, claim_row(connection, kTables, rules_, id, now));
    if (!counted) return std::optional<HookDraft>();
    attempt = *counted;
    return connection.first(
        "select key, account_id, kind, url, body, headers, answer from outbox_hook where id = ?",
        [](db::Row& row) {
          return HookDraft{row.text(0), row.id<AccountId>(1), row.text(2), row.text(3), row.text(4), split(row.text(5)),
                           row.text(6) == "wecom" ? HookAnswer::wecom : HookAnswer::status};
        },
        id);
  });
}

Result<DeliveryReport> HookOutbox::deliver_due(HookSender& sender, Instant now, std::int64_t limit,
                                               const std::atomic<bool>* stop) {
  TRY(due, database_.read([&](db::Connection& connection) { return due_rows(connection, kTables, now, limit); }));
  DeliveryReport report;
  for (const std::int64_t id : due) {
    if (stop != nullptr && stop->load()) break;
    std::int64_t attempt = 0;
    TRY(hook, claim(id, now, attempt));
    if (!hook) continue;
    const Result<void> outcome = sender.send(*hook);
    TRY(state, database_.write([&](db::Connection& connection) {
      return settle_row(connection, kTables, rules_, id, attempt, outcome, now);
    }));
    add_to(report, state);
    if (state == DeliveryState::dead) {
      log(Level::error, "a webhook was given up", {{"hook", id}, {"attempts", attempt}, {"error", one_line(outcome.error().to_string())}});
    }
  }
  return report;
}

Result<std::vector<HookInfo>> HookOutbox::list(const HookQuery& query) const {
  const std::int64_t one_account = query.account ? 1 : 0;
  const AccountId account = query.account.value_or(AccountId{});
  const std::string_view state = query.state ? delivery_state_name(*query.state) : "";
  return database_.read([&](db::Connection& connection) {
    return connection.all(
        "select id, key, account_id, kind, state, attempts, created_at, next_at, sent_at, last_error from outbox_hook where "
        "id < ? and (? = 0 or account_id = ?) and (? = '' or state = ?) order by id desc limit ?",
        [](db::Row& row) {
          return HookInfo{row.integer(0), row.text(1), row.id<AccountId>(2), row.text(3), delivery_state_of(row.text(4)),
                          row.integer(5), row.instant(6), row.instant(7), row.maybe_instant(8), row.text(9)};
        },
        query.before, one_account, account, state, state, std::clamp<std::int64_t>(query.limit, 1, 1000));
  });
}

Result<std::vector<Attempt>> HookOutbox::attempts(std::int64_t id) const {
  return database_.read([&](db::Connection& connection) { return attempts_of(connection, kTables, id); });
}

Result<void> HookOutbox::retry(std::int64_t id, Instant now) {
  return database_.write([&](db::Connection& connection) { return retry_row(connection, kTables, id, now); });
}

Result<std::int64_t> HookOutbox::count(DeliveryState state) const {
  return database_.read([&](db::Connection& connection) { return count_rows(connection, kTables, state); });
}

Result<std::int64_t> HookOutbox::sweep(Instant now) {
  return database_.write([&](db::Connection& connection) {
    return connection.run("update outbox_hook set body = '', url = '', headers = '' where state = 'sent' and sent_at < ? and "
                          "body <> ''", now - kKeepBodies);
  });
}

}  // namespace postage::notify
