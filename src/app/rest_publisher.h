#pragma once
// REST publishes go to the channel's home shard. Thread: any worker; answers come on the home shard's thread.
#include "api/services.h"
#include "shard/shard.h"

namespace postage::app {

class RestPublisher final : public api::Publisher {
 public:
  explicit RestPublisher(bus::Bus<shard::Mail>& bus) : bus_(bus) {}
  void publish(api::PublishAsk ask, std::function<void(std::variant<api::Published, api::Problem>)> done) override;

 private:
  bus::Bus<shard::Mail>& bus_;
};

}  // namespace postage::app
