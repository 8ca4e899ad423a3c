#include <array>

#include "db/append_only.h"
#include "ledger/ledger.h"

namespace postage::ledger {
namespace {

// A transaction is complete when its header row is written last: entries name its id and the id is given before. The
// triggers make the tables append-only for everybody, our own code included.
constexpr std::string_view kFirst = R"sql(
create table ledger_account (
  id integer primary key,
  owner integer not null,
  code text not null,
  currency text not null,
  unique (owner, code, currency)
);
create table ledger_transaction (
  id integer primary key,
  source text not null unique,
  owner integer not null,
  currency text not null,
  at integer not null,
  text text not null
);
create table ledger_entry (
  id integer primary key,
  transaction_id integer not null references ledger_transaction (id),
  account_id integer not null references ledger_account (id),
  minor text not null
);
create index ledger_entry_by_transaction on ledger_entry (transaction_id);
create index ledger_entry_by_account on ledger_entry (account_id, id);
create table ledger_balance (
  account_id integer primary key references ledger_account (id),
  minor text not null,
  entries integer not null
);
)sql" POSTAGE_APPEND_ONLY("ledger_transaction", "ledger transactions are")
    POSTAGE_APPEND_ONLY("ledger_entry", "ledger entries are")
    POSTAGE_APPEND_ONLY("ledger_account", "ledger accounts are");

constexpr std::array<db::Migration, 1> kMigrations{{{1, kFirst}}};

}  // namespace

Result<void> migrate(db::Database& database, Instant now) { return database.migrate("ledger", kMigrations, now); }

}  // namespace postage::ledger
