#include "bench/protocol.h"

#include "bench/protocols.h"

namespace postage::bench {
namespace {

struct Head {
  std::size_t header = 0;
  std::size_t size = 0;
};

/// The header of the server's frame at the front of `bytes`; size 0 of the header if it is not whole.
Head head_of(std::string_view bytes) {
  if (bytes.size() < 2) return {};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const std::size_t shortest = byte(1) & 127U;
  if (shortest < 126) return {2, shortest};
  const std::size_t wide = shortest == 126 ? 2 : 8;
  if (bytes.size() < 2 + wide) return {};
  std::size_t size = 0;
  for (std::size_t i = 0; i < wide; ++i) size = size << 8 | byte(2 + i);
  return {2 + wide, size};
}

/// Reads the pieces of a stream, which need not end where messages do.
void feed_stream(Protocol& protocol, Link& link, std::string_view bytes, Listener& listener) {
  if (link.stream.empty()) {
    const std::size_t used = protocol.parse(link, bytes, listener);
    link.stream.assign(bytes.substr(used));
    return;
  }
  link.stream.append(bytes);
  const std::size_t used = protocol.parse(link, link.stream, listener);
  link.stream.erase(0, used);
}

}  // namespace

std::size_t parse_frames(Protocol& protocol, Link& link, std::string_view bytes, Listener& listener) {
  std::size_t used = 0;
  for (;;) {
    const std::string_view rest = bytes.substr(used);
    const Head head = head_of(rest);
    if (head.header == 0 || rest.size() < head.header + head.size) return used;
    const int opcode = rest[0] & 15;
    const std::string_view payload = rest.substr(head.header, head.size);
    if (opcode == 9) {
      std::string pong;
      link.wrap(pong, payload, 10);
      link.send(pong);
    } else if (opcode == 8) {
      fail("the server closed a WebSocket");
    } else if (protocol.whole_messages()) {
      protocol.parse(link, payload, listener);
    } else {
      feed_stream(protocol, link, payload, listener);
    }
    used += head.header + head.size;
  }
}

void feed(Protocol& protocol, Link& link, std::string_view bytes, Listener& listener) {
  if (!link.websocket()) return feed_stream(protocol, link, bytes, listener);
  if (link.frames.empty()) {
    const std::size_t used = parse_frames(protocol, link, bytes, listener);
    link.frames.assign(bytes.substr(used));
    return;
  }
  link.frames.append(bytes);
  const std::size_t used = parse_frames(protocol, link, link.frames, listener);
  link.frames.erase(0, used);
}

std::unique_ptr<Protocol> make_protocol(const Options& options) {
  if (options.protocol == "postage") return make_postage(options);
  if (options.protocol == "nats") return make_nats();
  if (options.protocol == "redis") return make_redis();
  if (options.protocol == "mqtt") return make_mqtt();
  if (options.protocol == "prototype") return make_prototype();
  fail("no protocol " + options.protocol);
}

}  // namespace postage::bench
