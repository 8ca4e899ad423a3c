#include <array>

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
create trigger ledger_transaction_kept before update on ledger_transaction
  begin select raise(abort, 'ledger transactions are never changed'); end;
create trigger ledger_transaction_stays before delete on ledger_transaction
  begin select raise(abort, 'ledger transactions are never removed'); end;
create trigger ledger_entry_kept before update on ledger_entry
  begin select raise(abort, 'ledger entries are never changed'); end;
create trigger ledger_entry_stays before delete on ledger_entry
  begin select raise(abort, 'ledger entries are never removed'); end;
create trigger ledger_account_kept before update on ledger_account
  begin select raise(abort, 'ledger accounts are never changed'); end;
create trigger ledger_account_stays before delete on ledger_account
  begin select raise(abort, 'ledger accounts are never removed'); end;
)sql";

constexpr std::array<db::Migration, 1> kMigrations{{{1, kFirst}}};

}  // namespace

Result<void> migrate(db::Database& database, Instant now) { return database.migrate("ledger", kMigrations, now); }

}  // namespace postage::ledger
