#include "db/connection.h"

#include <sqlite3.h>

#include <limits>

namespace postage::db {
namespace {

constexpr std::size_t kIdleStatementsMax = 256;

Errc code_of(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return Errc::conflict;
    default:
      break;
  }
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Errc::unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::corrupt_record;
    default:
      return Errc::store_failed;
  }
}

/// The statement for an error text: one line, not endless.
std::string shortened(std::string_view sql) {
  constexpr std::size_t kShown = 200;
  std::string text;
  for (const char c : sql.substr(0, kShown)) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!space)
      text += c;
    else if (!text.empty() && text.back() != ' ')
      text += ' ';
  }
  if (sql.size() > kShown) text += "...";
  return text;
}

}  // namespace

Connection::~Connection() {
  for (const auto& [sql, statement] : idle_) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

Error Connection::failure(int code, std::string_view sql) const {
  const int extended = handle_ != nullptr ? sqlite3_extended_errcode(handle_) : code;
  const char* text = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  return {code_of((extended & 0xff) == (code & 0xff) ? extended : code),
          std::string(text) + " (SQLite " + std::to_string(extended) + ") in: " + shortened(sql)};
}

Result<void> Connection::open(const std::string& path, std::int64_t busy_timeout_ms, bool sync) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
  if (code != SQLITE_OK) return failure(code, "open " + path);
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, static_cast<int>(busy_timeout_ms));
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // "text" in double quotes is a name, never a string: a misspelt column must be an error.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  TRY_VOID(control("pragma foreign_keys = on"));
  TRY_VOID(control("pragma temp_store = memory"));
  if (writer_) TRY_VOID(control("pragma journal_mode = wal"));
  TRY_VOID(control(sync ? "pragma synchronous = full" : "pragma synchronous = off"));
  if (!writer_) TRY_VOID(control("pragma query_only = on"));
  return {};
}

Result<void> Connection::control(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code, sql);
  return {};
}

Result<void> Connection::script(std::string_view sql) { return control(std::string(sql).c_str()); }

Result<sqlite3_stmt*> Connection::take_statement(std::string_view sql) {
  if (const auto found = idle_.find(sql); found != idle_.end()) {
    sqlite3_stmt* statement = found->second;
    idle_.erase(found);
    return statement;
  }
  if (sql.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return Error(Errc::store_failed, "the statement is too long");
  }
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, &tail);
  if (code != SQLITE_OK) return failure(code, sql);
  const std::string_view rest(tail, static_cast<std::size_t>(sql.data() + sql.size() - tail));
  if (statement == nullptr || rest.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    sqlite3_finalize(statement);
    return Error(Errc::store_failed, "exactly one statement is expected in: " + shortened(sql));
  }
  return statement;
}

void Connection::give_back(std::string_view sql, sqlite3_stmt* statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  // sqlite3_sql is the statement's own copy of its text, so the key lives as long as the value.
  const std::string_view key = sqlite3_sql(statement);
  if (key != sql || idle_.size() >= kIdleStatementsMax || !idle_.emplace(key, statement).second) {
    sqlite3_finalize(statement);
  }
}

Result<void> Connection::bind(sqlite3_stmt* statement, std::span<const Parameter> parameters, std::string_view sql) {
  if (sqlite3_bind_parameter_count(statement) != static_cast<int>(parameters.size())) {
    return Error(Errc::store_failed, std::to_string(parameters.size()) + " parameters do not fit: " + shortened(sql));
  }
  int index = 0;
  for (const Parameter& parameter : parameters) {
    ++index;
    int code = SQLITE_OK;
    if (const auto* integer = std::get_if<std::int64_t>(&parameter)) {
      code = sqlite3_bind_int64(statement, index, *integer);
    } else if (const auto* text = std::get_if<std::string_view>(&parameter)) {
      if (text->find('\0') != std::string_view::npos) {  // PostgreSQL has no such text either.
        return Error(Errc::bad_request, "text with a NUL character in: " + shortened(sql));
      }
      const char* data = text->data() != nullptr ? text->data() : "";
      code = sqlite3_bind_text64(statement, index, data, text->size(), SQLITE_STATIC, SQLITE_UTF8);
    } else if (const auto* bytes = std::get_if<Bytes>(&parameter)) {
      code = bytes->view.empty()
                 ? sqlite3_bind_zeroblob(statement, index, 0)
                 : sqlite3_bind_blob64(statement, index, bytes->view.data(), bytes->view.size(), SQLITE_STATIC);
    } else {
      code = sqlite3_bind_null(statement, index);
    }
    if (code != SQLITE_OK) return failure(code, sql);
  }
  return {};
}

Result<void> Connection::step_all(sqlite3_stmt* statement, std::string_view sql, RowCall call, void* self) {
  for (;;) {
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return failure(code, sql);
    if (call == nullptr) continue;
    Row row(statement);
    call(self, row);
    if (!row.wrong_.empty()) return Error(Errc::corrupt_record, row.wrong_ + " in: " + shortened(sql));
  }
}

Result<std::int64_t> Connection::execute(std::string_view sql, std::span<const Parameter> parameters, RowCall call,
                                         void* self) {
  TRY(statement, take_statement(sql));
  const std::int64_t before = sqlite3_total_changes64(handle_);
  Result<void> done = bind(statement, parameters, sql);
  if (done) done = step_all(statement, sql, call, self);
  // A select changes nothing; sqlite3_changes64 would repeat the last writer's number.
  const bool wrote = sqlite3_stmt_readonly(statement) == 0 && sqlite3_total_changes64(handle_) != before;
  const std::int64_t changed = wrote ? sqlite3_changes64(handle_) : 0;
  give_back(sql, statement);
  if (!done) return done.error();
  return changed;
}

Result<Transaction> Connection::begin() {
  if (depth_ == 0) {
    TRY_VOID(control(writer_ ? "begin immediate" : "begin"));
  } else {
    TRY_VOID(control(("savepoint nested_" + std::to_string(depth_)).c_str()));
  }
  return Transaction(this, ++depth_);
}

Transaction::~Transaction() { rollback(); }

void Transaction::rollback() {
  Connection* connection = std::exchange(connection_, nullptr);
  if (connection == nullptr) return;
  CHECK(connection->depth_ == depth_);  // An inner transaction must not outlive its outer one.
  connection->depth_ = depth_ - 1;
  // SQLite may have rolled back by itself (disk full); then there is nothing left to do and the answer is ignored.
  if (depth_ == 1) {
    (void)connection->control("rollback");
  } else {
    const std::string name = "nested_" + std::to_string(depth_ - 1);
    (void)connection->control(("rollback to " + name).c_str());
    (void)connection->control(("release " + name).c_str());
  }
}

Result<void> Transaction::commit() {
  CHECK(connection_ != nullptr && connection_->depth_ == depth_);
  const auto done = depth_ == 1 ? connection_->control("commit")
                                : connection_->control(("release nested_" + std::to_string(depth_ - 1)).c_str());
  if (!done) {
    rollback();
    return done.error();
  }
  connection_->depth_ = depth_ - 1;
  connection_ = nullptr;
  return {};
}

}  // namespace postage::db
