#pragma once
// A memory-mapped file of fixed-size rows behind a 4096-byte header: the form of every live meter file. Rows are
// reached by plain address; the address range is reserved once for the most rows, the file behind it grows, so that
// rows never move. Disk space is allocated when rows are added, never by a later store: a full disk cannot kill a
// counting thread.
#include <atomic>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace postage::meter {

/// What a file is, checked when it is opened again. Written once, little endian, in the order of the members.
struct SlotFileHeader {
  std::uint64_t magic = 0;  ///< which kind of file
  std::uint32_t version = 1;
  std::uint32_t row_bytes = 0;
  std::int64_t run = 0;    ///< 0 for files that outlive runs
  std::int64_t hour = 0;   ///< windows only
  std::int64_t shard = 0;  ///< windows only
};

/// Thread: one at a time for grow(), one for sync(); rows are the owner's business.
class SlotFile {
 public:
  static constexpr std::size_t kHeaderBytes = 4096;

  SlotFile() = default;
  SlotFile(SlotFile&& other) noexcept;
  SlotFile& operator=(SlotFile&& other) noexcept;
  ~SlotFile();

  /// Makes a new file with room for `rows`, all zero. Errors: store_failed (also when the file exists).
  static Result<SlotFile> create(const std::string& path, const SlotFileHeader& header, std::uint32_t rows,
                                 std::uint32_t rows_max);
  /// Maps an existing file. Errors: not_found, store_failed, corrupt_record (another kind, version or row size).
  static Result<SlotFile> open(const std::string& path, std::uint64_t magic, std::uint32_t row_bytes,
                               std::uint32_t rows_max);

  /// Room for at least `rows` rows from now on, with disk space behind them.
  Result<void> grow(std::uint32_t rows);
  /// Waits until what is in memory is on the disk.
  Result<void> sync();
  [[nodiscard]] const SlotFileHeader& header() const { return header_; }
  [[nodiscard]] std::uint32_t rows() const { return rows_; }
  [[nodiscard]] void* row(std::uint32_t index) const {
    return base_ + kHeaderBytes + std::size_t(index) * header_.row_bytes;
  }
  [[nodiscard]] explicit operator bool() const { return base_ != nullptr; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  Result<void> map(std::uint32_t rows_max);
  void close();

  std::string path_;
  SlotFileHeader header_;
  int file_ = -1;
  char* base_ = nullptr;
  std::size_t reserved_ = 0;            ///< bytes of address space
  std::atomic<std::uint32_t> rows_{0};  ///< read by any thread, written by grow()
  std::uint32_t rows_max_ = 0;
};

}  // namespace postage::meter
