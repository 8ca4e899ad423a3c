#pragma once
// The makers of each protocol, for make_protocol.
#include "bench/protocol.h"

namespace postage::bench {

std::unique_ptr<Protocol> make_postage(const Options& options);
std::unique_ptr<Protocol> make_nats();
std::unique_ptr<Protocol> make_redis();
std::unique_ptr<Protocol> make_mqtt();
/// The text protocol of bench/prototype: "S<channel>" subscribes, "P<channel> <payload>" publishes, "M..." is a
/// delivery.
std::unique_ptr<Protocol> make_prototype();

}  // namespace postage::bench
