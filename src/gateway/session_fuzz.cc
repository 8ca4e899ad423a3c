// Anything a client may send: two sessions on two shards get the input as WebSocket messages, with time passing between.
// Input: rows of (what, length low, length high, bytes). `what`: bit 0 text, bit 1 which session, bit 2 settle after it,
// bit 3 cut and come back, bit 4 let time pass.
#include "gateway/session_kit.h"

namespace {

using namespace postage;
using namespace postage::gateway::kit;

void log_in(TestClient& client, const std::string& user) {
  client.login(user);
  client.subscribe("stage");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  World world(2);
  std::unique_ptr<TestClient> clients[2];
  const wire::Codec codecs[2] = {wire::Codec::proto, wire::Codec::json};
  for (std::size_t i = 0; i < 2; ++i) clients[i] = std::make_unique<TestClient>(world, i, codecs[i]);
  if (size > 0 && data[0] & 0x80) {
    log_in(*clients[0], "ann");
    log_in(*clients[1], "bob");
  }
  for (int rows = 0; size >= 3 && rows < 256; ++rows) {
    const std::uint8_t what = data[0];
    const std::size_t length = std::min<std::size_t>(data[1] | data[2] << 8, size - 3);
    std::unique_ptr<TestClient>& client = clients[what >> 1 & 1];
    if (what & 8) {
      const wire::SessionKey key = client->key;
      client->cut(what & 16 ? 1006 : 1000);
      client = std::make_unique<TestClient>(world, what >> 1 & 1, codecs[what >> 1 & 1]);
      if (what & 16) client->resume(key, {});
    }
    client->raw(std::string(reinterpret_cast<const char*>(data + 3), length), what & 1);
    if (what & 4) world.settle();
    if (what & 16) world.advance(std::chrono::seconds(1));
    client->inbox.clear();
    data += 3 + length;
    size -= 3 + length;
  }
  world.settle();
  return 0;
}
