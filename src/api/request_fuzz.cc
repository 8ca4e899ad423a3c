// Any bytes as a request. First byte: which route (255: the target is raw bytes too); second: who asks; third: how the
// path is filled; then an optional query up to the first newline, and the body. Every request must be answered once,
// with JSON or nothing, and never with 500.
#include <cstdint>
#include <memory>

#include "api/route_targets.h"

namespace {

using postage::api::Route;
using postage::api::testing::Seen;
using postage::api::testing::World;

/// Fresh after so many requests, so that what one input leaves behind stays small.
World& world() {
  static std::unique_ptr<World> current;
  static int used = 0;
  if (!current || ++used > 5000) {
    current = std::make_unique<World>();
    used = 0;
  }
  return *current;
}

/// The route's path with every parameter replaced by a small id or by `raw`.
std::string target_of(const Route& route, std::uint8_t mode, const std::string& raw) {
  return postage::api::testing::filled_target(
      route, [&](std::string_view) { return mode % 8 == 7 ? raw : std::to_string(mode % 8); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 3, size - 3);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string line = text.substr(0, end);
  const std::string body = end < text.size() ? text.substr(end + 1) : std::string();
  const auto routes = postage::api::all_routes();
  const Route& route = routes[data[0] % routes.size()];
  if (route.id == "logIn" || route.id == "logOut") return 0;  // A password hash each; an ended session ends the run.
  const std::string query = line.empty() ? "" : "?" + line;
  const std::string target = data[0] == 255 ? line : target_of(route, data[2], line) + (data[2] % 8 == 7 ? "" : query);
  World& rooms = world();
  rooms.clock.advance(postage::milliseconds(2));
  const std::string bearer = data[1] % 3 == 0 ? rooms.owner : data[1] % 3 == 1 ? rooms.operator_token : std::string();
  const Seen seen = rooms.send(std::string(postage::api::method_name(route.method)), target, bearer, body);
  CHECK(seen.status >= 200 && seen.status != 500);
  CHECK(seen.status < 400 || seen.json.is_object());
  return 0;
}
