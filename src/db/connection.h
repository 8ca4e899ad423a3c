#pragma once
// One connection to the control store: typed statements and transactions. Nobody outside this room sees SQLite.
//
// SQL is written in the subset that SQLite and PostgreSQL share (ROOM.md lists it): `?` placeholders, `returning`,
// `on conflict (...) do update set x = excluded.x`. Values go in and out typed; nothing is converted on the way.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "db/value.h"

struct sqlite3;
struct sqlite3_stmt;

namespace postage::db {

class Connection;

/// The current row of a query; valid inside the reader function it is given to. Columns count from 0. A read of the
/// wrong type (also of null, except with the maybe_ forms) answers 0 or "" and makes the whole query fail with
/// corrupt_record when the reader returns: no value is ever converted silently.
class Row {
 public:
  [[nodiscard]] std::int64_t integer(int column);
  [[nodiscard]] std::string text(int column);
  [[nodiscard]] std::string bytes(int column);
  /// 0 is false, 1 is true, anything else is a wrong type.
  [[nodiscard]] bool flag(int column);
  [[nodiscard]] Instant instant(int column) { return Instant(milliseconds(integer(column))); }
  /// row.id<AccountId>(0)
  template <class AnyId>
  [[nodiscard]] AnyId id(int column) {
    return AnyId{integer(column)};
  }
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::optional<std::int64_t> maybe_integer(int column);
  [[nodiscard]] std::optional<std::string> maybe_text(int column);
  [[nodiscard]] std::optional<std::string> maybe_bytes(int column);
  [[nodiscard]] std::optional<Instant> maybe_instant(int column);
  [[nodiscard]] int columns() const;

 private:
  friend class Connection;
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  bool expect(int column, int type, const char* what);
  sqlite3_stmt* statement_;
  std::string wrong_;  ///< what was read with the wrong type; empty while all is well
};

/// A transaction that rolls back when it dies without commit(). Within a transaction begin() makes a savepoint, so that
/// functions that write may be composed; only the outermost commit reaches the disk.
class [[nodiscard]] Transaction {
 public:
  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)), depth_(other.depth_) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  /// Errors: unavailable (busy), store_failed (disk). After an error everything since begin() is rolled back.
  Result<void> commit();
  void rollback();

 private:
  friend class Connection;
  Transaction(Connection* connection, int depth) : connection_(connection), depth_(depth) {}
  Connection* connection_;
  int depth_;
};

/// Errors of every call: conflict (a unique or primary key exists), unavailable (the store is busy longer than the busy
/// timeout), corrupt_record (damaged file, or a column of another type than was read), store_failed (anything else:
/// other constraints, disk, wrong SQL). `detail` has the statement's text, never its values.
/// Thread: one at a time; a lease of Database gives that.
class Connection {
 public:
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Runs a statement that answers no rows. Returns how many rows an insert, update or delete changed.
  template <class... Args>
  Result<std::int64_t> run(std::string_view sql, const Args&... args) {
    const std::array<Parameter, sizeof...(Args)> parameters{to_parameter(args)...};
    return execute(sql, parameters, nullptr, nullptr);
  }

  /// Calls reader(Row&) for each row. The reader must not use this connection.
  template <class Reader, class... Args>
  Result<void> each(std::string_view sql, Reader&& reader, const Args&... args) {
    auto call = [](void* self, Row& row) { (*static_cast<std::remove_reference_t<Reader>*>(self))(row); };
    const std::array<Parameter, sizeof...(Args)> parameters{to_parameter(args)...};
    TRY_VOID(execute(sql, parameters, call, const_cast<void*>(static_cast<const void*>(&reader))));
    return {};
  }

  /// reader(Row&) of the first row, or none. Also for `insert ... returning id`.
  template <class Reader, class... Args>
  auto first(std::string_view sql, Reader&& reader, const Args&... args)
      -> Result<std::optional<decltype(reader(std::declval<Row&>()))>> {
    std::optional<decltype(reader(std::declval<Row&>()))> found;
    auto keep = [&](Row& row) {
      if (!found) found.emplace(reader(row));
    };
    TRY_VOID(each(sql, keep, args...));
    return found;
  }

  /// reader(Row&) of each row, in order.
  template <class Reader, class... Args>
  auto all(std::string_view sql, Reader&& reader, const Args&... args)
      -> Result<std::vector<decltype(reader(std::declval<Row&>()))>> {
    std::vector<decltype(reader(std::declval<Row&>()))> found;
    auto keep = [&](Row& row) { found.push_back(reader(row)); };
    TRY_VOID(each(sql, keep, args...));
    return found;
  }

  /// The one integer of a one-row query, e.g. `select count(*) ...`. Errors also: not_found (no row).
  template <class... Args>
  Result<std::int64_t> integer(std::string_view sql, const Args&... args) {
    TRY(found, first(sql, [](Row& row) { return row.integer(0); }, args...));
    if (!found) return Error(Errc::not_found, std::string(sql));
    return *found;
  }

  /// Runs several statements without parameters (schema). Not atomic by itself.
  Result<void> script(std::string_view sql);

  /// Begins a transaction ("begin immediate" on the writer, a read snapshot on a reader) or, inside one, a savepoint.
  Result<Transaction> begin();
  [[nodiscard]] bool in_transaction() const { return depth_ > 0; }

 private:
  friend class Database;
  friend class Transaction;
  using RowCall = void (*)(void* self, Row& row);

  explicit Connection(bool writer) : writer_(writer) {}
  Result<void> open(const std::string& path, std::int64_t busy_timeout_ms, bool sync);
  Result<void> control(const char* sql);
  Result<std::int64_t> execute(std::string_view sql, std::span<const Parameter> parameters, RowCall call, void* self);
  Result<void> step_all(sqlite3_stmt* statement, std::string_view sql, RowCall call, void* self);
  Result<void> bind(sqlite3_stmt* statement, std::span<const Parameter> parameters, std::string_view sql);
  Result<sqlite3_stmt*> take_statement(std::string_view sql);
  void give_back(std::string_view sql, sqlite3_stmt* statement);
  [[nodiscard]] Error failure(int code, std::string_view sql) const;

  sqlite3* handle_ = nullptr;
  std::unordered_map<std::string_view, sqlite3_stmt*> idle_;  ///< prepared and not running; keys live in the statements
  int depth_ = 0;                                             ///< open transaction and savepoints
  const bool writer_;
};

}  // namespace postage::db
