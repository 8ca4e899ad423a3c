#pragma once
// The command line: `postage COMMAND ...`. One row a command in command.cc; each command is a function that parses its
// own arguments, calls a room and prints.
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postage::app {

/// Arguments after the command's name.
using Arguments = std::vector<std::string>;

/// Exit codes: 0 done, 1 it failed, 2 the call or its input is wrong.
struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(const Arguments& arguments);
};

/// All commands, in the order of `postage --help`.
std::span<const Command> commands();

/// Runs `argv`; prints help or the nearest command on a wrong one.
int run_command_line(int argc, char** argv);

int command_serve(const Arguments& arguments);
int command_demo(const Arguments& arguments);
int command_simulate(const Arguments& arguments);
int command_quote(const Arguments& arguments);
int command_bill(const Arguments& arguments);
int command_catalogue(const Arguments& arguments);
int command_what_if(const Arguments& arguments);
int command_export(const Arguments& arguments);
int command_payment(const Arguments& arguments);
int command_verify(const Arguments& arguments);
int command_token(const Arguments& arguments);
int command_account(const Arguments& arguments);
int command_project(const Arguments& arguments);
int command_settings(const Arguments& arguments);
int command_doctor(const Arguments& arguments);

}  // namespace postage::app
