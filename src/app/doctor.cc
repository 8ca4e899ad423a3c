// `postage doctor`: looks for what would keep a server from running well here.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "app/command.h"
#include "app/project_book.h"
#include "base/zone.h"

namespace postage::app {
namespace {

constexpr std::uint64_t kFreeBytesMin = std::uint64_t{1} << 30;
constexpr rlim_t kDescriptorsMin = 4096;

/// Prints one finding; true when it is fine.
bool tell(bool fine, std::string_view what, std::string_view advice) {
  fmt::print("{}  {}{}{}\n", fine ? "ok  " : "look", what, fine ? "" : ": ", fine ? "" : advice);
  return fine;
}

bool check_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return tell(limit.rlim_cur >= kDescriptorsMin, fmt::format("{} open files allowed", limit.rlim_cur),
              "each connection is one; raise it (LimitNOFILE of the service)");
}

bool check_disk(const std::string& folder) {
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) {
    return tell(::statvfs(".", &disk) == 0, fmt::format("{} is not there yet", folder), "the first start makes it");
  }
  const std::uint64_t bytes = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  return tell(bytes >= kFreeBytesMin, fmt::format("{} MiB free under {}", bytes >> 20, folder),
              "less than 1 GiB: journal and store will not grow for long");
}

bool check_zone() {
  const auto zone = Zone::find("Asia/Shanghai");
  return tell(zone.ok(), "time zones are installed", "install tzdata: months of catalogues begin in their zone");
}

bool check_catalogues() {
  const auto catalogues = Catalogues::load("");
  return tell(catalogues.ok(), "the built-in catalogues pass their checks", catalogues ? "" : catalogues.error().detail);
}

}  // namespace

int command_doctor(const Arguments& arguments) {
  CLI::App app("Looks for what would keep a server from running well here", "postage doctor");
  std::string folder = "postage-data";
  app.add_option("--data-dir", folder, "the server's data folder")->capture_default_str();
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const bool fine[] = {check_descriptors(), check_disk(folder), check_zone(), check_catalogues()};
  for (const bool one : fine) {
    if (!one) return 1;
  }
  return 0;
}

}  // namespace postage::app
