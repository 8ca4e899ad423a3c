#include "invoice/payments/schema.h"

#include <array>

#include "db/append_only.h"

namespace postage::invoice {
namespace {

// What happened is append-only (triggers refuse update and delete). Only payment_arrears (where each account stands and
// when to look again), payment_grant_open (what is left of each grant) and payment_todo move, each in the transaction of
// the rows it sums up.
constexpr std::string_view kFirst = R"sql(
create table payment (
  id integer primary key,
  provider text not null,
  reference_id text not null,
  account integer,
  currency text not null,
  minor text not null,
  value_date text not null,
  reference text not null,
  payer text not null,
  text text not null,
  recorded_at integer not null,
  by_whom text not null,
  why text not null,
  unique (provider, reference_id)
);
create index payment_by_account on payment (account, id);

create table payment_assignment (
  payment integer primary key references payment (id),
  account integer not null,
  at integer not null,
  by_whom text not null,
  why text not null
);
create index payment_assignment_by_account on payment_assignment (account, payment);

create table payment_adjustment (
  id integer primary key,
  kind text not null,
  account integer not null,
  reference text not null,
  currency text not null,
  minor text not null,
  payment integer references payment (id),
  invoice integer references invoice (id),
  at integer not null,
  by_whom text not null,
  why text not null,
  unique (account, kind, reference)
);

create table payment_allocation (
  id integer primary key,
  account integer not null,
  invoice integer not null references invoice (id),
  minor text not null,
  kind text not null,
  at integer not null
);
create index payment_allocation_by_invoice on payment_allocation (invoice, id);
create index payment_allocation_by_account on payment_allocation (account, id);

create table payment_collection (
  id integer primary key,
  account integer not null,
  at integer not null,
  value text not null,
  by_whom text not null,
  why text not null
);
create index payment_collection_by_account on payment_collection (account, id);

create table payment_arrears_event (
  id integer primary key,
  account integer not null,
  at integer not null,
  before text not null,
  after text not null,
  balance text not null,
  currency text not null,
  cause text not null
);
create index payment_arrears_event_by_account on payment_arrears_event (account, id);

create table payment_settlement (
  id integer primary key,
  account integer not null,
  month text not null,
  at integer not null,
  currency text not null,
  bill text not null,
  delta text not null,
  balance text not null,
  short text not null,
  action text not null,
  unique (account, at)
);

create table payment_prepaid (
  id integer primary key,
  account integer not null,
  prepaid integer not null,
  at integer not null,
  by_whom text not null,
  why text not null
);
create index payment_prepaid_by_account on payment_prepaid (account, id);

create table payment_grant (
  id integer primary key,
  account integer not null,
  kind text not null,
  reference text not null,
  currency text not null,
  minor text not null,
  at integer not null,
  expires_at integer,
  by_whom text not null,
  why text not null,
  unique (account, reference)
);

create table payment_grant_use (
  id integer primary key,
  grant_id integer not null references payment_grant (id),
  kind text not null,
  month text not null,
  minor text not null,
  at integer not null
);
create index payment_grant_use_by_grant on payment_grant_use (grant_id, id);

create table payment_grant_open (
  grant_id integer primary key references payment_grant (id),
  account integer not null,
  minor text not null,
  expires_at integer
);
create index payment_grant_open_by_account on payment_grant_open (account);
create index payment_grant_open_by_expiry on payment_grant_open (expires_at);

create table payment_arrears (
  account integer primary key,
  state text not null,
  since integer not null,
  begins_at integer not null,
  next_at integer,
  check_at integer,
  asked_at integer
);
create index payment_arrears_due on payment_arrears (next_at);

create table payment_todo (
  account integer primary key,
  change integer not null,
  retry_at integer not null
);

)sql" POSTAGE_APPEND_ONLY("payment", "a payment is")
    POSTAGE_APPEND_ONLY("payment_assignment", "an assignment is")
    POSTAGE_APPEND_ONLY("payment_adjustment", "an adjustment is")
    POSTAGE_APPEND_ONLY("payment_allocation", "an allocation is")
    POSTAGE_APPEND_ONLY("payment_collection", "terms of collection are")
    POSTAGE_APPEND_ONLY("payment_arrears_event", "the history of arrears is")
    POSTAGE_APPEND_ONLY("payment_settlement", "a settlement is")
    POSTAGE_APPEND_ONLY("payment_prepaid", "the history of prepayment is")
    POSTAGE_APPEND_ONLY("payment_grant", "a grant is")
    POSTAGE_APPEND_ONLY("payment_grant_use", "the use of a grant is");

constexpr std::array<db::Migration, 1> kMigrations{{{1, kFirst}}};

}  // namespace

Result<void> migrate_payments(db::Database& database, Instant now) {
  return database.migrate("payment", kMigrations, now);
}

}  // namespace postage::invoice
