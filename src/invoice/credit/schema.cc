#include <array>

#include "db/append_only.h"
#include "invoice/credit/credit_notes.h"

namespace postage::invoice {
namespace {

// credit_note and credit_note_line are append-only; credit_note_counter moves in the transaction that uses it, and
// credit_note_todo holds what must still be told outside.
constexpr std::string_view kFirst = R"sql(
create table credit_note (
  id integer primary key,
  number text not null unique,
  invoice integer not null references invoice (id),
  account integer not null,
  kind text not null,
  currency text not null,
  tax text not null,
  total text not null,
  issued_at integer not null,
  document text not null,
  sha256 text not null,
  by_whom text not null
);
create index credit_note_by_invoice on credit_note (invoice, id);
create index credit_note_by_account on credit_note (account, id);
create unique index credit_note_voids_once on credit_note (invoice) where kind = 'void';
)sql" POSTAGE_APPEND_ONLY("credit_note", "a credit note is") R"sql(
create table credit_note_line (
  note integer not null references credit_note (id),
  position integer not null,
  invoice_line integer not null,
  kind text not null,
  amount text not null,
  primary key (note, position)
);
)sql" POSTAGE_APPEND_ONLY("credit_note_line", "a line of a credit note is") R"sql(
create table credit_note_counter (
  year integer primary key,
  last integer not null
);

create table credit_note_todo (
  note integer primary key references credit_note (id),
  retry_at integer not null
);
)sql";

constexpr std::array<db::Migration, 1> kMigrations{{{1, kFirst}}};

}  // namespace

Result<void> migrate_credit(db::Database& database, Instant now) {
  return database.migrate("credit", kMigrations, now);
}

}  // namespace postage::invoice
