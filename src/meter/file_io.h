#pragma once
// The few file calls of the meter that are not memory maps: whole small files, folders, an exclusive lock.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace postage::meter {

/// An open file. Moves; closes when it dies.
class File {
 public:
  File() = default;
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  File& operator=(File&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~File();
  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] explicit operator bool() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

/// store_failed (not_found for ENOENT) with the path, what was tried and errno's text.
Error file_error(const std::string& path, const char* what, int error);
/// The whole file. Errors: not_found, store_failed, bad_request when it is longer than `bytes_max`.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max);
/// `size` bytes from `offset` on. Errors: not_found, store_failed, corrupt_record when the file ends before them.
Result<std::string> read_part(const File& file, const std::string& path, std::int64_t offset, std::size_t size);
/// Writes under another name, flushes when `sync`, renames: the path holds the old text or the new one, never less.
/// Mode 0600.
Result<void> replace_file(const std::string& path, std::string_view text, bool sync);
/// Writes all bytes at the end of the file. A partial write is an error.
Result<void> write_all(const File& file, const std::string& path, std::string_view bytes);
/// Makes the folder (mode 0700) when it is missing.
Result<void> make_folder(const std::string& path);
/// Flushes names that were made, renamed or deleted in the folder.
Result<void> sync_folder(const std::string& path);
/// File names (no folders) in `path`, sorted.
Result<std::vector<std::string>> list_folder(const std::string& path);
/// Holds "<folder>/lock" until the File dies. Error: unavailable when another process has it.
Result<File> lock_folder(const std::string& folder);

}  // namespace postage::meter
