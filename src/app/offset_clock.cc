#include "app/offset_clock.h"

#include <charconv>
#include <fstream>

namespace postage::app {

Result<void> OffsetClock::keep_in(std::string file) {
  if (!movable_) return {};
  file_ = std::move(file);
  std::ifstream kept(file_);
  std::string text;
  if (!std::getline(kept, text)) return {};
  std::int64_t offset = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), offset);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || offset < 0) {
    return Error(Errc::corrupt_record, file_ + ": must hold milliseconds, a whole number from 0 up");
  }
  offset_ms_ = offset;
  return {};
}

Result<void> OffsetClock::set_wall(Instant to) {
  if (!movable_) return Error(Errc::forbidden, "this server does not run on a test clock (setting clock.test)");
  const std::lock_guard lock(moving_);
  const auto step = to - wall();
  if (step < milliseconds(0)) return Error(Errc::bad_request, "a test clock moves forward only");
  const std::int64_t offset = offset_ms_.load() + step.count();
  if (!file_.empty()) {
    std::ofstream kept(file_, std::ios::trunc);
    kept << offset << '\n';
    if (!kept.flush()) return Error(Errc::store_failed, "cannot write " + file_);
  }
  offset_ms_ = offset;
  return {};
}

}  // namespace postage::app
