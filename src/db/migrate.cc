// Numbered schema steps per room. The table of what was applied:
//   schema_migration(room text, version bigint, sha256 text, applied_at bigint, primary key (room, version))
#include "base/sha256.h"
#include "db/database.h"

namespace postage::db {
namespace {

constexpr const char* kTable =
    "create table if not exists schema_migration (room text not null, version bigint not null, sha256 text not null, "
    "applied_at bigint not null, primary key (room, version))";

std::string label(std::string_view room, std::int64_t version) {
  return "migration " + std::string(room) + "/" + std::to_string(version);
}

Result<void> apply(Connection& connection, std::string_view room, const Migration& migration, Instant now) {
  TRY(transaction, connection.begin());
  if (auto done = connection.script(migration.sql); !done) {
    return Error(done.error().code, label(room, migration.version) + ": " + done.error().detail);
  }
  TRY_VOID(connection.run("insert into schema_migration(room, version, sha256, applied_at) values (?, ?, ?, ?)", room,
                          migration.version, sha256_hex(migration.sql), now));
  return transaction.commit();
}

}  // namespace

Result<void> Database::migrate(std::string_view room, std::span<const Migration> migrations, Instant now) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    if (migrations[i].version != static_cast<std::int64_t>(i) + 1) {
      return Error(Errc::bad_request, label(room, migrations[i].version) + ": versions must count 1, 2, 3, ...");
    }
  }
  Lease lease = writer();
  // Immediate, so that of two programs that start at once the second sees what the first applied.
  TRY(transaction, lease->begin());
  TRY_VOID(lease->run(kTable));
  struct Applied {
    std::int64_t version;
    std::string sha256;
  };
  TRY(applied, lease->all(
                   "select version, sha256 from schema_migration where room = ? order by version",
                   [](Row& row) { return Applied{row.integer(0), row.text(1)}; }, room));
  for (const Applied& row : applied) {
    if (row.version < 1 || row.version > static_cast<std::int64_t>(migrations.size())) {
      return Error(Errc::corrupt_record, label(room, row.version) + ": the store is newer than this program");
    }
    if (row.sha256 != sha256_hex(migrations[static_cast<std::size_t>(row.version - 1)].sql)) {
      return Error(Errc::corrupt_record, label(room, row.version) + ": its text has changed since it was applied");
    }
  }
  TRY_VOID(transaction.commit());
  for (std::size_t i = applied.size(); i < migrations.size(); ++i) TRY_VOID(apply(*lease, room, migrations[i], now));
  return {};
}

}  // namespace postage::db
