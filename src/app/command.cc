#include "app/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "app/reference_pages.h"
#include "app/settings.h"

namespace postage::app {
namespace {

int command_docs(const Arguments& arguments) {
  if (arguments.size() == 1) {
    for (const auto& [name, page] : {std::pair{"errors", &errors_page}, {"limits", &limits_page}, {"settings", &settings_page}}) {
      if (arguments[0] == name) {
        fmt::print("{}", page());
        return 0;
      }
    }
  }
  fmt::print(stderr, "postage docs: name one page: errors, limits or settings\n");
  return 2;
}

constexpr Command kCommands[] = {
    {"serve", "run the server", command_serve},
    {"demo", "run the server with an operator, two customers and a trickle of traffic", command_demo},
    {"account", "make and list accounts in a data folder", command_account},
    {"project", "make and list projects of an account", command_project},
    {"token", "make a token for a project's user", command_token},
    {"bill", "print the running bill of an account, or a past month's invoice", command_bill},
    {"payment", "book a payment, or a bank statement, with the running server", command_payment},
    {"what-if", "rate an account's month on every plan", command_what_if},
    {"catalogue", "check, preview and publish the operator's own catalogues", command_catalogue},
    {"export", "write a bundle of an account's months that anybody can verify", command_export},
    {"verify", "check a bundle, or a data folder: signatures, sums, every invoice recomputed", command_verify},
    {"quote", "price a month's usage on one plan or on all", command_quote},
    {"simulate", "run a scenario of usage and plan changes on a simulated clock", command_simulate},
    {"settings", "print every setting with its default and meaning, as TOML", command_settings},
    {"doctor", "look for what would keep a server from running well here", command_doctor},
    {"docs", "print a reference page: errors, limits, settings", command_docs},
};

void print_help(std::FILE* out) {
  fmt::print(out, "Postage: real-time messaging that knows what every message costs.\n\nusage: postage COMMAND [arguments]\n\n");
  for (const Command& command : kCommands) fmt::print(out, "  {:<10} {}\n", command.name, command.summary);
  fmt::print(out, "\n`postage COMMAND --help` says more.\n");
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

int command_settings(const Arguments&) {
  fmt::print("{}", settings_manual());
  return 0;
}

int run_command_line(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  if (name == "--help" || name == "-h" || name == "help") {
    print_help(stdout);
    return 0;
  }
  if (name == "--version" || name == "version") {
    fmt::print("postage {}\n", POSTAGE_VERSION);
    return 0;
  }
  const auto* const found =
      std::find_if(std::begin(kCommands), std::end(kCommands), [&](const Command& command) { return command.name == name; });
  if (found == std::end(kCommands)) {
    if (!name.empty()) fmt::print(stderr, "postage: there is no command '{}'\n\n", name);
    print_help(stderr);
    return 2;
  }
  return found->run(Arguments(argv + 2, argv + argc));
}

}  // namespace postage::app
