#include "db/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace postage::db {
namespace {

/// Makes the file with mode 0600 when it is missing; the log files beside it get the same mode from SQLite.
Result<void> make_private(const std::string& path, bool must_be_new) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | (must_be_new ? O_EXCL : 0), 0600);
  if (file < 0) {
    const Errc code = errno == EEXIST ? Errc::conflict : Errc::store_failed;
    return Error(code, path + ": " + std::strerror(errno));
  }
  ::close(file);
  return {};
}

}  // namespace

Lease::~Lease() {
  if (database_ != nullptr) database_->give_back(connection_, writer_);
}

Result<std::unique_ptr<Database>> Database::open(DatabaseOptions options) {
  CHECK(options.readers >= 1 && options.readers <= 64);
  std::unique_ptr<Database> database(new Database(std::move(options)));
  TRY_VOID(database->open_all());
  return database;
}

Database::~Database() { CHECK(writer_holds_ == 0 && free_readers_.size() == readers_.size()); }

Result<void> Database::open_all() {
  if (!in_memory()) TRY_VOID(make_private(options_.path, false));
  writer_.reset(new Connection(true));
  TRY_VOID(writer_->open(options_.path, options_.busy_timeout_ms, options_.sync));
  // The first read finds out whether the file is a database at all.
  TRY_VOID(writer_->integer("select count(*) from sqlite_master"));
  for (int i = 0; i < options_.readers && !in_memory(); ++i) {
    std::unique_ptr<Connection> reader(new Connection(false));
    TRY_VOID(reader->open(options_.path, options_.busy_timeout_ms, options_.sync));
    readers_.push_back(std::move(reader));
    free_readers_.push_back(readers_.back().get());
  }
  return {};
}

Lease Database::writer() {
  std::unique_lock lock(mutex_);
  CHECK(writer_holds_ == 0 || writer_thread_ != std::this_thread::get_id() || in_memory());
  freed_.wait(lock, [this] { return writer_holds_ == 0 || writer_thread_ == std::this_thread::get_id(); });
  ++writer_holds_;
  writer_thread_ = std::this_thread::get_id();
  return {this, writer_.get(), true};
}

Lease Database::reader() {
  if (in_memory()) return writer();
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [this] { return !free_readers_.empty(); });
  Connection* connection = free_readers_.back();
  free_readers_.pop_back();
  return {this, connection, false};
}

void Database::give_back(Connection* connection, bool writer) {
  {
    const std::lock_guard lock(mutex_);
    if (writer) {
      if (--writer_holds_ == 0) CHECK(!connection->in_transaction());
    } else {
      CHECK(!connection->in_transaction());
      free_readers_.push_back(connection);
    }
  }
  freed_.notify_all();
}

Result<void> Database::check_integrity() {
  Lease lease = writer();
  TRY(findings, lease->all("pragma integrity_check(1)", [](Row& row) { return row.text(0); }));
  if (findings.empty() || findings.front() != "ok") {
    return Error(Errc::corrupt_record, options_.path + ": " + (findings.empty() ? "no answer" : findings.front()));
  }
  TRY(orphans,
      lease->all("pragma foreign_key_check", [](Row& row) { return row.text(0) + " refers to " + row.text(2); }));
  if (!orphans.empty())
    return Error(Errc::corrupt_record, options_.path + ": a row of " + orphans.front() + ", which is missing");
  return {};
}

Result<void> Database::backup_to(const std::string& path) {
  TRY_VOID(make_private(path, true));
  sqlite3* target = nullptr;
  int code = sqlite3_open_v2(path.c_str(), &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code == SQLITE_OK) {
    // One step from a reader is one snapshot: writers go on meanwhile and are not in the copy.
    Lease lease = reader();
    sqlite3_backup* backup = sqlite3_backup_init(target, "main", lease->handle_, "main");
    code = backup != nullptr ? sqlite3_backup_step(backup, -1) : sqlite3_errcode(target);
    if (backup != nullptr) sqlite3_backup_finish(backup);
  }
  sqlite3_close(target);
  if (code == SQLITE_DONE) return {};
  ::unlink(path.c_str());
  return Error(Errc::store_failed, "backup to " + path + ": " + sqlite3_errstr(code));
}

Result<void> Database::checkpoint() {
  if (in_memory()) return {};
  Lease lease = writer();
  return lease->control("pragma wal_checkpoint(truncate)");
}

}  // namespace postage::db
