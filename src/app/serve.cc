// `postage serve`.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>

#include "app/command.h"
#include "app/environment.h"
#include "app/server.h"
#include "base/log.h"

namespace postage::app {
namespace {

void print_help() {
  fmt::print("usage: postage serve [--config FILE] [--SECTION-KEY VALUE ...]\n\nThe file is TOML; environment and flags go before it.\n\n");
  for (const SettingRow& row : setting_rows()) {
    fmt::print("  {:<34} {} (default {})\n", row.flag_name(), row.help, row.default_text);
  }
}

}  // namespace

Result<SettingSources> sources_from(const Arguments& arguments) {
  SettingSources sources;
  sources.environment = postage_environment();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string name = arguments[i];
    std::string value;
    if (const std::size_t equals = name.find('='); equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    } else if (i + 1 < arguments.size()) {
      value = arguments[++i];
    } else {
      return Error(Errc::invalid_config, fmt::format("{}: a value is missing", name));
    }
    const auto known = [&](const SettingRow& row) { return row.flag_name() == name; };
    if (name == "--config") {
      sources.file = value;
    } else if (std::any_of(setting_rows().begin(), setting_rows().end(), known)) {
      sources.flags[name] = value;
    } else {
      return Error(Errc::invalid_config, fmt::format("{}: there is no such flag; `postage serve --help` lists them", name));
    }
  }
  return sources;
}

void block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

int wait_for_stop_signal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  int number = 0;
  while (sigwait(&signals, &number) != 0) {}
  return number;
}

int command_serve(const Arguments& arguments) {
  if (!arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h")) {
    print_help();
    return 0;
  }
  const auto sources = sources_from(arguments);
  if (!sources) {
    fmt::print(stderr, "postage serve: {}\n", sources.error().detail);
    return 2;
  }
  const auto settings = load_settings(*sources);
  if (!settings) {
    fmt::print(stderr, "postage serve: {}\n", settings.error().detail);
    return 2;
  }
  block_stop_signals();
  auto server = Server::start(*settings);
  if (!server) {
    fmt::print(stderr, "postage serve: {}\n", server.error().to_string());
    return error_row(server.error().code).http == 400 ? 2 : 1;
  }
  // One line for whoever started us: from here on the port answers.
  fmt::print("{{\"url\":\"{}\",\"port\":{},\"pid\":{}}}\n", (*server)->url(), (*server)->port(), ::getpid());
  std::fflush(stdout);
  log(Level::info, "stopping", {{"signal", wait_for_stop_signal()}});
  (*server)->stop();
  log(Level::info, "stopped");
  return 0;
}

}  // namespace postage::app
