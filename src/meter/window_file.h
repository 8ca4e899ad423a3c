#pragma once
// Names of a run's live files: "<run>-<shard>-<hour>.window", "<run>.cells", "<run>.peaks".
#include <optional>
#include <string>
#include <string_view>

#include "meter/slot_file.h"

namespace postage::meter {

inline constexpr std::uint64_t kWindowMagic = 0x31574f444e494d50;  // "PMINDOW1"
inline constexpr std::uint64_t kCellsMagic = 0x31534c4c45434d50;   // "PMCELLS1"
inline constexpr std::uint64_t kPeaksMagic = 0x31534b4145504d50;   // "PMPEAKS1"

struct WindowName {
  std::int64_t run = 0;
  std::int64_t shard = 0;
  std::int64_t hour = 0;

  [[nodiscard]] std::string path(const std::string& folder) const;
  [[nodiscard]] SlotFileHeader header() const;
  /// Reads a file name (no folder); none when it is not a window's.
  static std::optional<WindowName> parse(std::string_view name);
};

std::string cells_path(const std::string& folder, std::int64_t run);
std::string peaks_path(const std::string& folder, std::int64_t run);
/// The run of a "<run>.cells" or "<run>.peaks" name with this ending.
std::optional<std::int64_t> parse_run_name(std::string_view name, std::string_view ending);

}  // namespace postage::meter
