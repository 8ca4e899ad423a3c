#include "app/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "auth/schema.h"

namespace postage::app {

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<FolderLock> FolderLock::take(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error(Errc::invalid_config, fmt::format("server.data_dir: cannot make {}: {}", folder, std::strerror(errno)));
  }
  const std::string path = folder + "/lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return Error(Errc::invalid_config, fmt::format("server.data_dir: cannot write {}: {}", path, std::strerror(errno)));
  }
  FolderLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return Error(Errc::conflict, fmt::format("{} is in use by a running server; ask that server instead (REST, console), or "
                                             "stop it first", folder));
  }
  return lock;
}

Result<std::unique_ptr<Store>> open_store(const std::string& folder, StoreUse use, std::int64_t session_hours, Instant now) {
  auto store = std::make_unique<Store>();
  if (use == StoreUse::exclusive) {
    TRY(lock, FolderLock::take(folder));
    store->lock.emplace(std::move(lock));
  } else if (::access((folder + "/postage.db").c_str(), R_OK) != 0) {
    return Error(Errc::not_found, fmt::format("{} holds no Postage data", folder));
  }
  TRY(database, db::Database::open({.path = folder + "/postage.db"}));
  store->database = std::move(database);
  if (use == StoreUse::exclusive) {
    TRY_VOID(store->database->migrate("auth", auth::migrations(), now));
  }
  TRY(seal, auth::Seal::open_key_file(folder + "/seal.key", auth::system_entropy()));
  store->seal.emplace(std::move(seal));
  TRY(directory, auth::Directory::open(*store->database, *store->seal, auth::system_entropy()));
  store->directory = std::move(directory);
  auth::Credentials::Settings settings;
  settings.session_life = std::chrono::hours(session_hours);
  store->credentials = std::make_unique<auth::Credentials>(*store->database, auth::system_entropy(), settings);
  return store;
}

}  // namespace postage::app
