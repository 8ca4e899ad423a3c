// postage.v1.proto, read by a scanner of its own: the load generator must be cheaper than the server it measures.
#include "bench/protocols.h"
#include "wire/codec.h"

namespace postage::bench {
namespace {

/// Reads a varint; false at the end.
bool varint(std::string_view bytes, std::size_t& at, std::uint64_t& value) {
  value = 0;
  for (int shift = 0; at < bytes.size() && shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

/// The bytes of field `wanted` (or of its neighbour `also`), length-delimited, in a message.
std::string_view find_bytes(std::string_view message, std::uint64_t wanted, std::uint64_t also) {
  std::size_t at = 0;
  std::uint64_t tag = 0, size = 0;
  while (varint(message, at, tag) && varint(message, at, size)) {
    if ((tag & 7) != 2) continue;
    if (size > message.size() - at) break;
    if (tag >> 3 == wanted || tag >> 3 == also) return message.substr(at, size);
    at += size;
  }
  return {};
}

class PostageProtocol final : public Protocol {
 public:
  explicit PostageProtocol(const Options& options) : app_id_(options.app_id) {}
  std::string subprotocol() const override { return std::string(wire::kSubprotocolProto); }
  bool whole_messages() const override { return true; }

  int greet(const Link& link, std::string& out) override {
    request(link, out, {1, wire::Hello{wire::kProtocolVersion, "loadgen", "1", std::nullopt}});
    const std::string user = "u" + std::to_string(link.id());
    request(link, out, {2, wire::Login{app_id_, user, app_id_, kHeartbeatSeconds, 0}});
    return 2;
  }
  int subscribe(const Link& link, std::string& out, const std::string& channel) override {
    wire::Subscribe body;
    body.channel = channel;
    request(link, out, {3, body});
    return 1;
  }
  void publish(const Link& link, std::string& out, const std::string& channel, std::string_view payload) override {
    request(link, out,
            {++last_id_,
             wire::Publish{channel, wire::ChannelType::message, wire::Payload::text(payload), "", false, false}});
  }
  std::size_t parse(Link& link, std::string_view bytes, Listener& listener) override {
    constexpr std::uint64_t kMessage = 8, kText = 4, kBinary = 5, kError = 7, kBye = 102;
    if (!bytes.empty() && bytes[0] == static_cast<char>(kMessage << 3 | 2)) [[likely]] {
      listener.on_delivery(link, find_bytes(find_bytes(bytes, kMessage, kMessage), kText, kBinary));
    } else if (const auto error = find_bytes(bytes, kError, kBye); !error.empty()) {
      listener.on_error(link, find_bytes(error, 2, 2));
    } else {
      listener.on_answer(link);
    }
    return bytes.size();
  }

 private:
  static constexpr std::uint32_t kHeartbeatSeconds = 1800;  // idle runs must not be cut, and no pings be measured
  void request(const Link& link, std::string& out, const wire::Request& request) {
    message_.clear();
    wire::encode_request(message_, wire::Codec::proto, request);
    link.wrap(out, message_, 2);
  }
  std::string app_id_;
  std::string message_;
  std::uint64_t last_id_ = 100;
};

}  // namespace

std::unique_ptr<Protocol> make_postage(const Options& options) { return std::make_unique<PostageProtocol>(options); }

}  // namespace postage::bench
