#include "meter/slot_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace postage::meter {
namespace {

constexpr std::uint32_t kGrowRows = 512;

Error failed(const std::string& path, const char* what, int error) {
  const Errc code = error == ENOENT ? Errc::not_found : Errc::store_failed;
  return {code, path + ": " + what + ": " + std::strerror(error)};
}

}  // namespace

SlotFile::SlotFile(SlotFile&& other) noexcept { *this = std::move(other); }

SlotFile& SlotFile::operator=(SlotFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(header_, other.header_);
  std::swap(file_, other.file_);
  std::swap(base_, other.base_);
  std::swap(reserved_, other.reserved_);
  rows_ = other.rows_.exchange(rows_);
  std::swap(rows_max_, other.rows_max_);
  return *this;
}

SlotFile::~SlotFile() { close(); }

void SlotFile::close() {
  if (base_ != nullptr) ::munmap(base_, reserved_);
  if (file_ >= 0) ::close(file_);
  base_ = nullptr;
  file_ = -1;
}

Result<void> SlotFile::map(std::uint32_t rows_max) {
  rows_max_ = rows_max;
  reserved_ = kHeaderBytes + std::size_t(rows_max) * header_.row_bytes;
  // The whole range at once: addresses beyond the file's end are never touched before grow() has moved the end.
  void* base = ::mmap(nullptr, reserved_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file_, 0);
  if (base == MAP_FAILED) return failed(path_, "map", errno);
  base_ = static_cast<char*>(base);
  return {};
}

Result<SlotFile> SlotFile::create(const std::string& path, const SlotFileHeader& header, std::uint32_t rows,
                                  std::uint32_t rows_max) {
  static_assert(sizeof(SlotFileHeader) == 40);
  if (::access(path.c_str(), F_OK) == 0) return failed(path, "create", EEXIST);
  SlotFile made;
  // Under another name until it is whole: what is found after a crash is complete or is not there.
  made.path_ = path + ".new";
  made.header_ = header;
  made.file_ = ::open(made.path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (made.file_ < 0) return failed(made.path_, "create", errno);
  TRY_VOID(made.map(rows_max));
  TRY_VOID(made.grow(std::max(rows, 1u)));
  if (::pwrite(made.file_, &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) {
    return failed(made.path_, "write", errno);
  }
  if (::rename(made.path_.c_str(), path.c_str()) != 0) return failed(path, "rename", errno);
  made.path_ = path;
  return made;
}

Result<SlotFile> SlotFile::open(const std::string& path, std::uint64_t magic, std::uint32_t row_bytes,
                                std::uint32_t rows_max) {
  SlotFile found;
  found.path_ = path;
  found.file_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (found.file_ < 0) return failed(path, "open", errno);
  struct stat info{};
  if (::fstat(found.file_, &info) != 0) return failed(path, "stat", errno);
  const auto bytes = static_cast<std::size_t>(info.st_size);
  SlotFileHeader& header = found.header_;
  const bool whole = bytes >= kHeaderBytes && ::pread(found.file_, &header, sizeof header, 0) == sizeof header;
  if (!whole || header.magic != magic || header.version != 1 || header.row_bytes != row_bytes) {
    return Error(Errc::corrupt_record, path + ": not a file of this kind");
  }
  found.rows_ = static_cast<std::uint32_t>(std::min<std::size_t>((bytes - kHeaderBytes) / row_bytes, rows_max));
  TRY_VOID(found.map(rows_max));
  return found;
}

Result<void> SlotFile::grow(std::uint32_t rows) {
  if (rows <= rows_) return {};
  if (rows > rows_max_) return Error(Errc::unavailable, path_ + ": no row left");
  const std::uint64_t wanted = (std::uint64_t(rows) + kGrowRows - 1) / kGrowRows * kGrowRows;
  const auto target = static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, rows_max_));
  const auto bytes = static_cast<off_t>(kHeaderBytes + std::size_t(target) * header_.row_bytes);
  // Real blocks, not a hole: a store into a hole of a full disk would be a SIGBUS.
  if (const int error = ::posix_fallocate(file_, 0, bytes); error != 0) return failed(path_, "allocate", error);
  rows_ = target;
  return {};
}

Result<void> SlotFile::sync() {
  if (::msync(base_, kHeaderBytes + std::size_t(rows_) * header_.row_bytes, MS_SYNC) != 0) {
    return failed(path_, "flush", errno);
  }
  return {};
}

}  // namespace postage::meter
