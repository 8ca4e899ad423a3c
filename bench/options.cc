#include "bench/options.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>

namespace postage::bench {

void fail(const std::string& what) {
  std::fprintf(stderr, "loadgen: %s\n", what.c_str());
  std::exit(2);
}

Options read_options(int argc, char** argv) {
  Options o;
  const std::map<std::string, std::string*> texts{{"--protocol", &o.protocol}, {"--transport", &o.transport},
                                                  {"--mode", &o.mode},         {"--path", &o.path},
                                                  {"--app-id", &o.app_id},     {"--label", &o.label}};
  const std::map<std::string, int*> numbers{{"--port", &o.port},
                                            {"--pid", &o.pid},
                                            {"--subscribers", &o.subscribers},
                                            {"--publishers", &o.publishers},
                                            {"--size", &o.size},
                                            {"--window", &o.window},
                                            {"--milliseconds", &o.milliseconds},
                                            {"--warm-milliseconds", &o.warm_milliseconds}};
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 == argc) fail(name + " needs a value");
    const std::string value = argv[i + 1];
    if (const auto text = texts.find(name); text != texts.end()) {
      *text->second = value;
    } else if (const auto number = numbers.find(name); number != numbers.end()) {
      const auto end = value.data() + value.size();
      if (std::from_chars(value.data(), end, *number->second).ptr != end) fail(name + " needs an integer");
    } else {
      fail("unknown option " + name);
    }
  }
  if (o.port <= 0 || o.subscribers <= 0 || o.publishers <= 0 || o.window <= 0) fail("a count must be positive");
  if (o.size < 8 || o.size > 1 << 20) fail("--size must be 8 to 1048576");
  return o;
}

}  // namespace postage::bench
