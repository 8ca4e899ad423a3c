-- A store as it was when e-mails and webhooks had an outbox each.
create table schema_migration (room text not null, version bigint not null, sha256 text not null, applied_at bigint not null, primary key (room, version));
insert into schema_migration values ('notify', 1, 'c3c9ed014cf0343fde67ff92ec8702c95e0896c16c9948a2bb675dd5809bd9b6', 1780000000000), ('notify_hooks', 1, '9c6edeac609701adec354da1cc5bd0a65388ac7a41120291616d5d43912e3335', 1780000000000);
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

insert into outbox_mail values
  (1, 'quota/3', 3, 'quota', 'a@b.c', 'Subject', 'text', '<p>text</p>', '1.5@postage.local', 'sent', 2, 1780000000000, 1780000030000,
   1780000030000, ''),
  (4, 'invoice/PO-1', 4, 'invoice', 'd@e.f', 'Invoice', 'body', '<p>body</p>', '4.6@postage.local', 'waiting', 1, 1780000001000,
   1780000031000, null, 'unavailable: away');
insert into outbox_attachment values (4, 0, 'PO-1.pdf', 'application/pdf', x'00ff25'), (4, 1, 'b.csv', 'text/csv', x'312c32');
insert into outbox_attempt values (1, 1, 1780000000000, 0, 'unavailable: away'), (1, 2, 1780000030000, 1, ''),
  (4, 1, 1780000001000, 0, 'unavailable: away');
insert into outbox_hook values
  (1, 'quota/3', 3, 'support', 'https://example.com/secret', 'X-A: 1
', '{"a":1}', 'wecom', 'dead', 14, 1780000000000, 1780000030000, null, 'unavailable: status 500'),
  (2, 'support/2', 0, 'support', 'https://example.com/other', '', '{}', 'status', 'waiting', 0, 1780000002000, 1780000002000, null, '');
insert into outbox_hook_attempt values (1, 14, 1780000009000, 0, 'unavailable: status 500');
