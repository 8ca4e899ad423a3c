#pragma once
// The command line of loadgen: `--name value` pairs.
#include <string>

namespace postage::bench {

struct Options {
  std::string protocol = "postage";  ///< postage, nats, redis, mqtt or prototype
  std::string transport = "ws";      ///< tcp, ws or wss
  std::string mode = "fanout";       ///< fanout, pingpong or idle
  std::string path = "/rtm";         ///< of the WebSocket
  std::string app_id;                ///< postage: a project that takes an App ID without a token
  std::string label = "run";
  int port = 0;
  int pid = 0;             ///< the measured server
  int subscribers = 1000;  ///< connections in pingpong and idle
  int publishers = 1;
  int size = 64;   ///< payload bytes, at least 8
  int window = 1;  ///< publishes in flight
  int milliseconds = 1000;
  int warm_milliseconds = 200;
};

/// Reads the command line; ends the process with a message if it is wrong.
Options read_options(int argc, char** argv);
/// Ends the process with a message.
[[noreturn]] void fail(const std::string& what);

}  // namespace postage::bench
