#include "bench/process.h"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

namespace postage::bench {

std::uint64_t cpu_nanoseconds(int pid) {
  std::uint64_t total = 0;
  std::error_code failed;
  const std::filesystem::path tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, failed)) {
    std::ifstream file(task.path() / "schedstat");
    std::uint64_t run = 0;
    if (file >> run) total += run;
  }
  return total;
}

std::uint64_t resident_bytes(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6)) * 1024;
  }
  return 0;
}

std::uint64_t now_nanoseconds() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(t.tv_nsec);
}

}  // namespace postage::bench
