#pragma once
// The control store: one writer connection and a pool of readers over one SQLite file (WAL, foreign keys on,
// synchronous = full). Rooms get a Database& and keep their own tables; nobody reads another room's tables.
//
//   TRY_VOID(database.migrate("ledger", kMigrations, clock.wall()));
//   TRY(balance, database.read([&](db::Connection& c) { return c.integer("select ...", account); }));
//   TRY_VOID(database.write([&](db::Connection& c) -> Result<void> {      // one transaction, all or nothing
//     TRY_VOID(c.run("insert into ledger_entry(id, amount) values (?, ?)", id, amount)); ...
//     return {};
//   }));
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "db/connection.h"

namespace postage::db {

/// One step of a room's schema. Versions count 1, 2, 3, ...; an applied text is never edited, a new one is appended.
struct Migration {
  std::int64_t version;
  std::string_view sql;  ///< statements without parameters; runs in one transaction with its row in schema_migration
};

struct DatabaseOptions {
  std::string path;                     ///< file, made with mode 0600 if missing; ":memory:" for one in this process
  int readers = 4;                      ///< reader connections, 1 to 64 (":memory:" has one connection for all)
  std::int64_t busy_timeout_ms = 5000;  ///< wait for another process's lock this long before `unavailable`
  bool sync = true;                     ///< synchronous = full; false only for tests and throw-away stores
};

class Database;

/// A connection borrowed from the Database; goes back when the lease dies.
class [[nodiscard]] Lease {
 public:
  Lease(Lease&& other) noexcept
      : database_(std::exchange(other.database_, nullptr)), connection_(other.connection_), writer_(other.writer_) {}
  Lease& operator=(Lease&&) = delete;
  ~Lease();
  Connection& operator*() const { return *connection_; }
  Connection* operator->() const { return connection_; }

 private:
  friend class Database;
  Lease(Database* database, Connection* connection, bool writer)
      : database_(database), connection_(connection), writer_(writer) {}
  Database* database_;
  Connection* connection_;
  bool writer_;
};

/// Thread: any. Blocking: never call it on a shard's thread.
class Database {
 public:
  /// Opens or makes the file. Errors: store_failed, corrupt_record (not a database), unavailable.
  static Result<std::unique_ptr<Database>> open(DatabaseOptions options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// The one writer; waits for its turn. A thread that holds it already must not ask again (CHECK): pass the
  /// Connection&.
  Lease writer();
  /// A reader; waits for a free one. Writing through it fails. Reads see the last commit; begin() pins a snapshot.
  Lease reader();

  /// Runs body(Connection&) -> Result<T> in a write transaction: commits when it is ok, rolls back when it is not.
  template <class Body>
  auto write(Body&& body) -> std::invoke_result_t<Body, Connection&> {
    Lease lease = writer();
    TRY(transaction, lease->begin());
    auto result = body(*lease);
    if (!result) return result;
    if (auto done = transaction.commit(); !done) return done.error();
    return result;
  }
  /// Runs body(Connection&) -> Result<T> on one snapshot of the store.
  template <class Body>
  auto read(Body&& body) -> std::invoke_result_t<Body, Connection&> {
    Lease lease = reader();
    auto snapshot = lease->begin();
    if (!snapshot) return snapshot.error();
    return body(*lease);
  }

  /// Brings a room's tables up to date. Errors: corrupt_record when an applied migration's text has changed or the file
  /// knows a newer version than this program; bad_request when versions are not 1, 2, 3, ...; store_failed with the
  /// version when a text fails (nothing of that version stays).
  Result<void> migrate(std::string_view room, std::span<const Migration> migrations, Instant now);

  /// Full check of the file and of foreign keys. Error: corrupt_record with the first finding.
  Result<void> check_integrity();
  /// Copies the store, as of now, to a new file `path` (mode 0600) while it is in use. An existing file is refused.
  Result<void> backup_to(const std::string& path);
  /// Moves the write-ahead log into the file; app calls it before it stops.
  Result<void> checkpoint();

 private:
  friend class Lease;
  explicit Database(DatabaseOptions options) : options_(std::move(options)) {}
  Result<void> open_all();
  void give_back(Connection* connection, bool writer);
  [[nodiscard]] bool in_memory() const { return options_.path == ":memory:"; }

  const DatabaseOptions options_;
  std::unique_ptr<Connection> writer_;
  std::vector<std::unique_ptr<Connection>> readers_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<Connection*> free_readers_;
  int writer_holds_ = 0;           ///< more than one only in memory, where readers share the writer's connection
  std::thread::id writer_thread_;  ///< who holds the writer, while writer_holds_ > 0
};

}  // namespace postage::db
