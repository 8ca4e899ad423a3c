#include "invoice/schema.h"

#include <array>

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
create trigger invoice_account_event_kept before update on invoice_account_event
  begin select raise(abort, 'the history of an account is never changed'); end;
create trigger invoice_account_event_stays before delete on invoice_account_event
  begin select raise(abort, 'the history of an account is never removed'); end;

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
create trigger invoice_catalogue_kept before update on invoice_catalogue
  begin select raise(abort, 'a catalogue that rated an invoice is never changed'); end;
create trigger invoice_catalogue_stays before delete on invoice_catalogue
  begin select raise(abort, 'a catalogue that rated an invoice is never removed'); end;

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
create trigger invoice_kept before update on invoice
  begin select raise(abort, 'an invoice is never changed'); end;
create trigger invoice_stays before delete on invoice
  begin select raise(abort, 'an invoice is never removed'); end;

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
create trigger invoice_line_kept before update on invoice_line
  begin select raise(abort, 'a line of an invoice is never changed'); end;
create trigger invoice_line_stays before delete on invoice_line
  begin select raise(abort, 'a line of an invoice is never removed'); end;

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
