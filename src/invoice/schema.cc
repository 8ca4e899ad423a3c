#include "invoice/schema.h"

#include <array>

#include "db/append_only.h"
#include "invoice/close_status.h"
#include "invoice/credit/credit_notes.h"
#include "invoice/payments/schema.h"
#include "ledger/ledger.h"

namespace postage::invoice {
namespace {

// Append-only tables have triggers that refuse update and delete. Only invoice_cursor (which month each account closes
// next), invoice_counter and the outbox rows move; they are rewritten in the transaction that adds the invoice.
constexpr std::string_view kFirst = R"sql(
create table invoice_account_event (
  id integer primary key,
  account integer not null,
  at integer not null,
  kind text not null,
  value text not null,
  by_whom text not null,
  why text not null
);
create index invoice_account_event_by_account on invoice_account_event (account, at, id);
create unique index invoice_account_opens_once on invoice_account_event (account) where kind = 'opened';
)sql" POSTAGE_APPEND_ONLY("invoice_account_event", "the history of an account is") R"sql(
create table invoice_cursor (
  account integer primary key,
  month text not null,
  starts_at integer not null,
  ends_at integer not null,
  retry_at integer not null
);
create index invoice_cursor_due on invoice_cursor (ends_at, account);

create table invoice_catalogue (
  hash text primary key,
  name text not null,
  text text not null
);
)sql" POSTAGE_APPEND_ONLY("invoice_catalogue", "a catalogue that rated an invoice is") R"sql(
create table invoice_counter (
  year integer primary key,
  last integer not null
);

create table invoice (
  id integer primary key,
  number text not null unique,
  account integer not null,
  month text not null,
  plan text not null,
  catalogue text not null,
  catalogue_hash text not null references invoice_catalogue (hash),
  currency text not null,
  total text not null,
  issued_at integer not null,
  document text not null,
  sha256 text not null,
  unique (account, month)
);
)sql" POSTAGE_APPEND_ONLY("invoice", "an invoice is") R"sql(
create table invoice_line (
  invoice integer not null references invoice (id),
  position integer not null,
  kind text not null,
  quantity text,
  included text,
  overage text,
  unit_price text,
  amount text not null,
  inclusive integer not null,
  primary key (invoice, position)
);
)sql" POSTAGE_APPEND_ONLY("invoice_line", "a line of an invoice is") R"sql(
create table invoice_todo (
  id integer primary key,
  account integer not null,
  invoice integer references invoice (id),
  kind text not null,
  retry_at integer not null
);
)sql";

constexpr std::array<db::Migration, 1> kMigrations{{{1, kFirst}}};

}  // namespace

Result<void> migrate(db::Database& database, Instant now) {
  TRY_VOID(ledger::migrate(database, now));
  TRY_VOID(database.migrate("invoice", kMigrations, now));
  TRY_VOID(migrate_month_close(database, now));
  TRY_VOID(migrate_credit(database, now));
  return migrate_payments(database, now);
}

}  // namespace postage::invoice
