#pragma once
// A data folder opened: control store, keys, directory and credentials. `postage serve` and the commands that work on a
// folder without a server use the same one. A lock file keeps two writers out.
#include <memory>
#include <optional>
#include <string>

#include "auth/credentials.h"
#include "auth/directory.h"
#include "auth/seal.h"
#include "base/clock.h"
#include "base/result.h"
#include "db/database.h"

namespace postage::app {

/// Holds an exclusive lock on a data folder (file `lock`) until destroyed; the kernel drops it when the process dies.
class FolderLock {
 public:
  /// Makes the folder (mode 0700) if missing. Errors: conflict when another process holds it, invalid_config when the
  /// folder cannot be made or written.
  static Result<FolderLock> take(const std::string& folder);
  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&& other) noexcept { std::swap(descriptor_, other.descriptor_); return *this; }
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

/// How a folder is opened.
enum class StoreUse : std::uint8_t {
  exclusive,  ///< takes the lock: for the server and for commands that write
  shared,     ///< reads beside a running server
};

/// Members are in order of dependence; thread rules are theirs.
struct Store {
  std::optional<FolderLock> lock;
  std::unique_ptr<db::Database> database;
  std::optional<auth::Seal> seal;
  std::unique_ptr<auth::Directory> directory;
  std::unique_ptr<auth::Credentials> credentials;
};

/// Opens (exclusive: also makes and migrates) the folder's store. `session_hours` is settings auth.session_hours.
Result<std::unique_ptr<Store>> open_store(const std::string& folder, StoreUse use, std::int64_t session_hours, Instant now);

}  // namespace postage::app
