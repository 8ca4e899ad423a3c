#include "meter/month_usage.h"

#include <algorithm>
#include <utility>

namespace postage::meter {

std::int64_t samples_before(const InstantRange& month, Instant at) {
  constexpr std::int64_t kHour = 3'600'000;
  const std::int64_t past = (std::min(at, month.end) - month.start).count();
  return past <= 0 ? 0 : (past + kHour - 1) / kHour;
}

UInt128 ProjectUsage::byte_hours() const {
  UInt128 sum = 0;
  for (const StorageRun& run : storage) sum += static_cast<UInt128>(run.bytes) * static_cast<UInt128>(run.samples);
  return sum;
}

Int128 MonthUsage::sum_of_peaks() const {
  Int128 sum = 0;
  for (const ProjectUsage& project : projects) sum += project.peak;
  return sum;
}

Int128 MonthUsage::message_units() const {
  Int128 sum = 0;
  for (const ProjectUsage& project : projects) sum += project.units;
  return sum;
}

UInt128 MonthUsage::byte_hours() const {
  UInt128 sum = 0;
  for (const ProjectUsage& project : projects) sum += project.byte_hours();
  return sum;
}

ProjectMonth::ProjectMonth(ProjectId project, std::string name, const InstantRange& month) : month_(month) {
  usage_.project = project;
  usage_.name = std::move(name);
}

void ProjectMonth::connect(std::int64_t count) {
  open_ += count;
  usage_.peak = std::max(usage_.peak, open_);
}

std::int64_t ProjectMonth::disconnect(std::int64_t count) {
  const std::int64_t closed = std::min(count, open_);
  open_ -= closed;
  return closed;
}

void ProjectMonth::store(std::int64_t bytes, Instant at) {
  sample_until(at);
  stored_ = bytes;
}

void ProjectMonth::sample_until(Instant at) {
  const std::int64_t due = samples_before(month_, at);
  const std::int64_t fresh = due - samples_taken_;
  if (fresh <= 0) return;
  samples_taken_ = due;
  auto& runs = usage_.storage;
  if (!runs.empty() && runs.back().bytes == stored_) {
    runs.back().samples += fresh;
  } else {
    runs.push_back({stored_, fresh});
  }
}

ProjectUsage ProjectMonth::roll(const InstantRange& next) {
  sample_until(month_.end);
  ProjectUsage fresh;
  fresh.project = usage_.project;
  fresh.name = usage_.name;
  fresh.peak = open_;
  month_ = next;
  samples_taken_ = 0;
  return std::exchange(usage_, std::move(fresh));
}

}  // namespace postage::meter
