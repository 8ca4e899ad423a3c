// The protocols of the servers that Postage is compared with.
#include <charconv>
#include <cstring>

#include "bench/protocols.h"

namespace postage::bench {
namespace {

/// The line that starts at `at`, without its end; none if it is not whole. Moves `at` behind it.
bool take_line(std::string_view bytes, std::size_t& at, std::string_view& line) {
  const std::size_t end = bytes.find('\n', at);
  if (end == std::string_view::npos) return false;
  line = bytes.substr(at, end - at);
  if (line.ends_with('\r')) line.remove_suffix(1);
  at = end + 1;
  return true;
}
std::size_t number_in(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class NatsProtocol final : public Protocol {
 public:
  int greet(const Link& link, std::string& out) override {
    link.wrap(out, "CONNECT {\"verbose\":false,\"pedantic\":false,\"protocol\":1}\r\nPING\r\n", 2);
    return 1;
  }
  int subscribe(const Link& link, std::string& out, const std::string& channel) override {
    link.wrap(out, "SUB " + channel + " 1\r\nPING\r\n", 2);
    return 1;
  }
  void publish(const Link& link, std::string& out, const std::string& channel, std::string_view payload) override {
    message_ = "PUB " + channel + " " + std::to_string(payload.size()) + "\r\n";
    message_.append(payload).append("\r\n");
    link.wrap(out, message_, 2);
  }
  std::size_t parse(Link& link, std::string_view bytes, Listener& listener) override {
    std::size_t used = 0;
    std::string_view line;
    for (std::size_t at = 0; take_line(bytes, at, line); used = at) {
      if (line.starts_with("MSG ")) {
        const std::size_t size = number_in(line.substr(line.rfind(' ') + 1));
        if (bytes.size() - at < size + 2) break;
        listener.on_delivery(link, bytes.substr(at, size));
        at += size + 2;
      } else if (line == "PONG") {
        listener.on_answer(link);
      } else if (line == "PING") {
        std::string out;
        link.wrap(out, "PONG\r\n", 2);
        link.send(out);
      } else if (line.starts_with("-")) {
        listener.on_error(link, line);
      }
    }
    return used;
  }

 private:
  std::string message_;
};

class RedisProtocol final : public Protocol {
 public:
  /// RESP3, so that a subscriber may publish.
  int greet(const Link& link, std::string& out) override {
    link.wrap(out, "HELLO 3\r\n", 2);
    return 0;
  }
  int subscribe(const Link& link, std::string& out, const std::string& channel) override {
    link.wrap(out, "*2\r\n$9\r\nSUBSCRIBE\r\n" + bulk(channel), 2);
    return 1;
  }
  void publish(const Link& link, std::string& out, const std::string& channel, std::string_view payload) override {
    link.wrap(out, "*3\r\n$7\r\nPUBLISH\r\n" + bulk(channel) + bulk(payload), 2);
  }
  std::size_t parse(Link& link, std::string_view bytes, Listener& listener) override {
    std::size_t used = 0;
    std::string_view line;
    for (std::size_t at = 0; take_line(bytes, at, line); used = at) {
      if (line.starts_with('-')) listener.on_error(link, line);
      if (!line.starts_with(">3")) continue;
      std::string_view parts[3];
      if (!take_push(bytes, at, parts)) break;
      if (parts[0] == "message") {
        listener.on_delivery(link, parts[2]);
      } else {
        listener.on_answer(link);
      }
    }
    return used;
  }

 private:
  static std::string bulk(std::string_view text) {
    return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
  }
  /// Three elements of a push: bulk strings, or lines of another kind.
  static bool take_push(std::string_view bytes, std::size_t& at, std::string_view (&parts)[3]) {
    for (std::string_view& part : parts) {
      if (!take_line(bytes, at, part)) return false;
      if (!part.starts_with('$')) continue;
      const std::size_t size = number_in(part.substr(1));
      if (bytes.size() - at < size + 2) return false;
      part = bytes.substr(at, size);
      at += size + 2;
    }
    return true;
  }
};

class MqttProtocol final : public Protocol {
 public:
  int greet(const Link& link, std::string& out) override {
    std::string body("\0\4MQTT\4\2\0\0", 10);  // 3.1.1, clean session, no keep-alive
    append_text(body, "bench" + std::to_string(link.id()));
    packet(link, out, 0x10, body);
    return 1;
  }
  int subscribe(const Link& link, std::string& out, const std::string& channel) override {
    std::string body("\0\1", 2);
    append_text(body, channel);
    body += '\0';
    packet(link, out, 0x82, body);
    return 1;
  }
  void publish(const Link& link, std::string& out, const std::string& channel, std::string_view payload) override {
    std::string body;
    append_text(body, channel);
    body.append(payload);
    packet(link, out, 0x30, body);
  }
  std::size_t parse(Link& link, std::string_view bytes, Listener& listener) override {
    std::size_t used = 0;
    while (bytes.size() - used >= 2) {
      std::size_t at = used + 1, size = 0;
      int shift = 0;
      bool whole = false;
      while (at < bytes.size() && !whole) {
        const auto byte = static_cast<unsigned char>(bytes[at++]);
        size |= static_cast<std::size_t>(byte & 127) << shift;
        shift += 7;
        whole = byte < 128;
      }
      if (!whole || bytes.size() - at < size) break;
      const std::string_view body = bytes.substr(at, size);
      if (static_cast<unsigned char>(bytes[used]) >> 4 == 3) {
        const auto topic =
            static_cast<std::size_t>(static_cast<unsigned char>(body[0]) << 8 | static_cast<unsigned char>(body[1]));
        listener.on_delivery(link, body.substr(2 + topic));
      } else {
        listener.on_answer(link);
      }
      used = at + size;
    }
    return used;
  }

 private:
  static void append_text(std::string& out, std::string_view text) {
    out += static_cast<char>(text.size() >> 8);
    out += static_cast<char>(text.size());
    out.append(text);
  }
  static void packet(const Link& link, std::string& out, int type, std::string_view body) {
    std::string message(1, static_cast<char>(type));
    std::size_t left = body.size();
    do {
      message += static_cast<char>((left & 127) | (left > 127 ? 128 : 0));
      left >>= 7;
    } while (left > 0);
    message.append(body);
    link.wrap(out, message, 2);
  }
};

class PrototypeProtocol final : public Protocol {
 public:
  int opcode() const override { return 1; }
  bool whole_messages() const override { return true; }
  int greet(const Link&, std::string&) override { return 0; }
  int subscribe(const Link& link, std::string& out, const std::string& channel) override {
    link.wrap(out, "S" + channel, 1);
    return 1;
  }
  void publish(const Link& link, std::string& out, const std::string& channel, std::string_view payload) override {
    message_ = "P" + channel + " ";
    message_.append(payload);
    link.wrap(out, message_, 1);
  }
  std::size_t parse(Link& link, std::string_view bytes, Listener& listener) override {
    if (bytes.starts_with('M')) {
      listener.on_delivery(link, bytes.substr(bytes.find(' ') + 1));
    } else {
      listener.on_answer(link);
    }
    return bytes.size();
  }

 private:
  std::string message_;
};

}  // namespace

std::unique_ptr<Protocol> make_nats() { return std::make_unique<NatsProtocol>(); }
std::unique_ptr<Protocol> make_redis() { return std::make_unique<RedisProtocol>(); }
std::unique_ptr<Protocol> make_mqtt() { return std::make_unique<MqttProtocol>(); }
std::unique_ptr<Protocol> make_prototype() { return std::make_unique<PrototypeProtocol>(); }

}  // namespace postage::bench
