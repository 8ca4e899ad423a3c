#include <array>

#include "meter/meter.h"

namespace postage::meter {
namespace {

// subject: a project's id, an account's for meter 4, a cap's for meter 5. hour: hours since 1970 UTC. meter: see MeterKind.
constexpr std::array<db::Migration, 2> kMigrations{{{1, R"sql(
create table meter_checkpoint (
  node text primary key, segment integer not null, offset_bytes integer not null, record integer not null,
  chain blob not null) strict;
create table meter_run (
  node text not null, run integer not null, started_at integer, last_sequence integer not null, ended integer not null,
  primary key (node, run)) strict;
create table meter_running (
  node text not null, run integer not null, hour integer not null, meter integer not null, subject integer not null,
  sequence integer not null, value integer not null,
  primary key (node, run, hour, meter, subject)) strict, without rowid;
create table meter_fold (
  subject integer not null, meter integer not null, hour integer not null, node text not null, run integer not null,
  sequence integer not null, value integer not null,
  primary key (subject, meter, hour, node, run)) strict, without rowid;
create index meter_fold_by_run on meter_fold (node, run, hour);
create table meter_day (
  subject integer not null, meter integer not null, day integer not null, value integer not null,
  primary key (subject, meter, day)) strict, without rowid;
create table meter_closed (
  node text not null, run integer not null, hour integer not null,
  primary key (node, run, hour)) strict, without rowid;
create table meter_coverage (
  node text not null, hour integer not null, minutes integer not null,
  primary key (node, hour)) strict, without rowid;
create table meter_cut (
  node text not null, run integer not null, sequence integer not null, project integer not null, session integer not null,
  connection integer not null, opened_at integer not null, units integer not null,
  primary key (node, run, sequence)) strict, without rowid;
create table meter_peak (
  project integer not null, month_hour integer not null, peak integer not null, reached_at integer not null,
  members blob not null,
  primary key (project, month_hour)) strict, without rowid;
)sql"},
                                                       {2, R"sql(
create table meter_hour_end (
  node text not null, run integer not null, hour integer not null, segment integer not null,
  offset_bytes integer not null, sequence integer not null, finals integer not null,
  primary key (node, run, hour)) strict, without rowid;
create index meter_hour_end_by_hour on meter_hour_end (node, hour, run);
)sql"}}};

}  // namespace

Result<void> migrate_meter(db::Database& database, Instant now) { return database.migrate("meter", kMigrations, now); }

}  // namespace postage::meter
