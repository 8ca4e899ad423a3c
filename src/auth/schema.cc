#include "auth/schema.h"

#include <array>

namespace postage::auth {
namespace {

constexpr std::string_view kFirst = R"sql(
create table directory_state(
  id integer primary key check (id = 1),
  version integer not null);
insert into directory_state(id, version) values (1, 1);

create table account(
  id integer primary key,
  name text not null,
  email text not null,
  locale text not null,
  catalogue text not null,
  plan text not null,
  suspended integer not null,
  created_at integer not null);

create table project(
  id integer primary key,
  account_id integer not null references account(id),
  app_id text not null unique,
  name text not null,
  app_id_only integer not null,
  disabled integer not null,
  created_at integer not null,
  deleted_at integer);
create unique index project_name on project(account_id, name) where deleted_at is null;

-- Only limits that differ from the default.
create table project_limit(
  project_id integer not null references project(id),
  name text not null,
  value integer not null,
  primary key (project_id, name));

-- `sealed` is the certificate encrypted with the key file, bound to this project and to being a certificate.
create table project_certificate(
  project_id integer not null references project(id),
  slot integer not null,
  sealed text not null,
  enabled integer not null,
  created_at integer not null,
  primary key (project_id, slot));

create table person(
  id integer primary key,
  email text not null unique,
  name text not null,
  password_hash text not null,
  operator_role text,
  disabled integer not null,
  created_at integer not null);

create table membership(
  account_id integer not null references account(id),
  person_id integer not null references person(id),
  role text not null,
  primary key (account_id, person_id));
create index membership_person on membership(person_id);

-- The token itself is nowhere; `hash` is its SHA-256 in hex.
create table login_session(
  hash text primary key,
  person_id integer not null references person(id),
  created_at integer not null,
  expires_at integer not null);
create index login_session_person on login_session(person_id);
create index login_session_end on login_session(expires_at);

create table api_key(
  id integer primary key,
  account_id integer not null references account(id),
  name text not null,
  role text not null,
  secret_hash text not null,
  created_at integer not null,
  last_used_at integer,
  revoked_at integer);
create index api_key_account on api_key(account_id);

create table audit_event(
  number integer primary key,
  at integer not null,
  actor_kind text not null,
  actor_id integer not null,
  actor_name text not null,
  action text not null,
  account_id integer not null,
  project_id integer not null,
  subject text not null,
  details text not null,
  hash text not null);
create index audit_event_account on audit_event(account_id, number);
create trigger audit_event_is_never_changed before update on audit_event
begin select raise(abort, 'audit events are never changed'); end;
create trigger audit_event_is_never_removed before delete on audit_event
begin select raise(abort, 'audit events are never removed'); end;
)sql";

// An account may be closed for unpaid bills besides, and apart from, an operator's suspension.
constexpr std::string_view kArrears = "alter table account add column in_arrears integer not null default 0;";

constexpr auto kMigrations = std::to_array<db::Migration>({{1, kFirst}, {2, kArrears}});

}  // namespace

std::span<const db::Migration> migrations() { return kMigrations; }

}  // namespace postage::auth
