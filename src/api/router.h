#pragma once
// The REST door: finds the route of a request, checks who asks and what for, decodes, calls a room, encodes. No rule
// about money, quotas or tenants lives here beyond "whose thing is this". Routes stand in one table per resource.
//
// Thread: handle() is called from any number of worker threads at once and may block on SQL there. It answers through
// Answer, mostly before it returns; a publish answers later from the channel's home shard.
#include <memory>
#include <string>

#include "api/message.h"
#include "api/services.h"

namespace postage::api {

class Router {
 public:
  /// The rooms in `services` must outlive the router.
  explicit Router(Services services);
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// Whether a target belongs to this door ("/v1" and below); what does not (console, health, metrics) is app's.
  [[nodiscard]] static bool owns(std::string_view target);

  /// Answers one request, once, with a response or a problem+json. Never fails, whatever the bytes.
  void handle(Request request, const Answer& answer) const;

  /// The OpenAPI 3.1 document of all routes, canonical: the golden file docs/openapi.json and GET /v1/openapi.json.
  [[nodiscard]] static std::string openapi();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace postage::api
