// Tables of the outbox. E-mails and webhooks had one each ("notify", "notify_hooks"); "notify_outbox" made them one.
#include "notify/outbox.h"

namespace postage::notify {
namespace {

constexpr std::string_view kMails = R"sql(
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

// headers: "name: value" lines, each ended by \n.
constexpr std::string_view kHooks = R"sql(
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

// carrier: 'mail' or 'hook'. recipient: the address of a mail, the URL of a hook. subject, html and message_id are a
// mail's; headers and answer a hook's; they are '' in the other. headers: "name: value" lines, each ended by \n.
constexpr std::string_view kOne = R"sql(
create table outbox(
  id integer primary key,
  carrier text not null,
  key text not null,
  account_id integer not null,
  kind text not null,
  recipient text not null,
  subject text not null,
  body text not null,
  html text not null,
  message_id text not null,
  headers text not null,
  answer text not null,
  state text not null,
  attempts integer not null,
  created_at integer not null,
  next_at integer not null,
  sent_at integer,
  last_error text not null,
  unique (carrier, key));
create index outbox_due on outbox(carrier, state, next_at);
create index outbox_account on outbox(account_id, id);

create table outbox_file(
  outbox_id integer not null references outbox(id),
  position integer not null,
  name text not null,
  media_type text not null,
  content blob not null,
  primary key (outbox_id, position));

create table outbox_try(
  outbox_id integer not null references outbox(id),
  number integer not null,
  at integer not null,
  accepted integer not null,
  detail text not null,
  primary key (outbox_id, number));

insert into outbox select id, 'mail', key, account_id, kind, recipient, subject, body_text, body_html, message_id, '', '',
  state, attempts, created_at, next_at, sent_at, last_error from outbox_mail;
insert into outbox_file select mail_id, position, name, media_type, content from outbox_attachment;
insert into outbox_try select mail_id, number, at, accepted, detail from outbox_attempt;
insert into outbox(carrier, key, account_id, kind, recipient, subject, body, html, message_id, headers, answer, state,
  attempts, created_at, next_at, sent_at, last_error)
  select 'hook', key, account_id, kind, url, '', body, '', '', headers, answer, state, attempts, created_at, next_at,
  sent_at, last_error from outbox_hook order by id;
insert into outbox_try select o.id, t.number, t.at, t.accepted, t.detail from outbox_hook_attempt t
  join outbox_hook h on h.id = t.hook_id join outbox o on o.carrier = 'hook' and o.key = h.key;

drop table outbox_attachment;
drop table outbox_attempt;
drop table outbox_mail;
drop table outbox_hook_attempt;
drop table outbox_hook;
)sql";

constexpr db::Migration kMailSteps[] = {{1, kMails}};
constexpr db::Migration kHookSteps[] = {{1, kHooks}};
constexpr db::Migration kOneSteps[] = {{1, kOne}};

}  // namespace

Result<void> migrate(db::Database& database, Instant now) {
  TRY_VOID(database.migrate("notify", kMailSteps, now));
  TRY_VOID(database.migrate("notify_hooks", kHookSteps, now));
  return database.migrate("notify_outbox", kOneSteps, now);
}

}  // namespace postage::notify
