#include "meter/file_io.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace postage::meter {

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Error file_error(const std::string& path, const char* what, int error) {
  return {error == ENOENT ? Errc::not_found : Errc::store_failed, path + ": " + what + ": " + std::strerror(error)};
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return file_error(path, "open", errno);
  std::string text;
  char part[4096];
  for (;;) {
    const ssize_t got = ::read(file.get(), part, sizeof part);
    if (got < 0) return file_error(path, "read", errno);
    if (got == 0) return text;
    text.append(part, static_cast<std::size_t>(got));
    if (text.size() > bytes_max)
      return Error(Errc::bad_request, path + ": longer than " + std::to_string(bytes_max) + " bytes");
  }
}

Result<std::string> read_part(const File& file, const std::string& path, std::int64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t done = 0; done < size;) {
    const ssize_t got = ::pread(file.get(), bytes.data() + done, size - done, offset + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error(path, "read", errno);
    if (got == 0)
      return Error(Errc::corrupt_record,
                   path + ": ends before offset " + std::to_string(offset + static_cast<std::int64_t>(size)));
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

Result<void> write_all(const File& file, const std::string& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return file_error(path, "write", put < 0 ? errno : ENOSPC);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> replace_file(const std::string& path, std::string_view text, bool sync) {
  const std::string other = path + ".new";
  {
    const File file(::open(other.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) return file_error(other, "create", errno);
    TRY_VOID(write_all(file, other, text));
    if (sync && ::fsync(file.get()) != 0) return file_error(other, "flush", errno);
  }
  if (::rename(other.c_str(), path.c_str()) != 0) return file_error(path, "rename", errno);
  if (sync) return sync_folder(std::filesystem::path(path).parent_path().string());
  return {};
}

Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return file_error(path, "make folder", errno);
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return file_error(path, "stat", errno);
  if (!S_ISDIR(info.st_mode)) return Error(Errc::store_failed, path + ": not a folder");
  return {};
}

Result<void> sync_folder(const std::string& path) {
  const File folder(::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return file_error(path, "open", errno);
  if (::fsync(folder.get()) != 0) return file_error(path, "flush", errno);
  return {};
}

Result<std::vector<std::string>> list_folder(const std::string& path) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (it->is_regular_file(error)) names.push_back(it->path().filename().string());
  }
  if (error) return file_error(path, "list", error.value());
  std::sort(names.begin(), names.end());
  return names;
}

Result<File> lock_folder(const std::string& folder) {
  const std::string path = folder + "/lock";
  File file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return file_error(path, "open", errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Error(Errc::unavailable, path + ": another process meters into this folder");
    return file_error(path, "lock", errno);
  }
  return file;
}

}  // namespace postage::meter
