// `postage export`: writes a bundle that `postage verify` recomputes without this machine.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/command.h"
#include "app/local_door.h"

namespace postage::app {
namespace {

/// A file that gets its name only when it is whole.
class WholeFile {
 public:
  explicit WholeFile(std::string path) : path_(std::move(path)), other_(path_ + ".part") {}
  ~WholeFile() {
    if (file_ == nullptr) return;
    std::fclose(file_);
    ::unlink(other_.c_str());
  }
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  Result<void> open() {
    file_ = std::fopen(other_.c_str(), "wbe");
    return file_ != nullptr ? Result<void>() : Error(Errc::bad_request, "cannot write " + other_);
  }
  Result<void> write(std::string_view bytes) {
    const bool whole = std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size();
    return whole ? Result<void>() : Error(Errc::store_failed, "cannot write " + other_);
  }
  Result<void> finish() {
    const bool whole = std::fflush(file_) == 0 && ::fsync(::fileno(file_)) == 0;
    const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
    if (whole && closed && std::rename(other_.c_str(), path_.c_str()) == 0) return {};
    ::unlink(other_.c_str());
    return Error(Errc::store_failed, "cannot write " + path_);
  }

 private:
  std::string path_, other_;
  std::FILE* file_ = nullptr;
};

Result<void> export_to(const std::string& folder, std::int64_t account, const std::vector<std::string>& months,
                       const std::string& out) {
  if (out.empty() || out == "-") {
    return bundle_of(folder, AccountId{account}, months, [](std::string_view bytes) -> Result<void> {
      const bool whole = std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
      return whole ? Result<void>() : Error(Errc::store_failed, "cannot write to the standard output");
    });
  }
  WholeFile file(out);
  TRY_VOID(file.open());
  TRY_VOID(bundle_of(folder, AccountId{account}, months, [&](std::string_view bytes) { return file.write(bytes); }));
  return file.finish();
}

}  // namespace

int command_export(const Arguments& arguments) {
  CLI::App app("Writes a bundle of an account's months: signed meter records, history, catalogues, invoices. `postage verify` "
               "recomputes it on any machine",
               "postage export");
  std::string folder = "postage-data";
  std::vector<std::string> months;
  std::int64_t account = 0;
  std::string out;
  app.add_option("--data-dir", folder, "the server's data folder; the server may be running")->capture_default_str();
  app.add_option("--account", account, "account number")->required();
  app.add_option("--month", months, "2026-01: a month with an invoice, or the running one; several ascend")->required();
  app.add_option("--out", out, "file to write; default: the standard output");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto done = export_to(folder, account, months, out);
  if (done) return 0;
  fmt::print(stderr, "postage export: {}\n", done.error().to_string());
  return error_row(done.error().code).http == 400 ? 2 : 1;
}

}  // namespace postage::app
