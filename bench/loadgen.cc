// One load run against one server on 127.0.0.1; prints one JSON line. bench/run starts the servers, interleaves the
// runs and makes the table.
#include <csignal>
#include <cstdio>

#include "bench/load.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  postage::bench::Load load(postage::bench::read_options(argc, argv));
  std::puts(load.run().c_str());
  return 0;
}
