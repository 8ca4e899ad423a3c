#include "app/rest_publisher.h"

#include <string>

#include "shard/names.h"

namespace postage::app {
namespace {

/// On the REST surface a quota answers with its own row (402 or 429), not with the number that SDKs know.
api::Problem problem_of(const shard::Refusal& refusal) {
  api::Problem problem(refusal.quota ? refusal.quota->reason : refusal.code, refusal.detail);
  if (refusal.quota) {
    const shard::Refusal::Quota& quota = *refusal.quota;
    problem.quota = api::QuotaFacts{std::string(quota.meter), std::to_string(quota.limit), std::to_string(quota.used),
                                    std::to_string(quota.needed), quota.reset_at, quota.cap_scope, quota.cap_name,
                                    quota.cap_amount};
  }
  return problem;
}

/// The same rules for names as at the client door; without a publisher the message comes from nobody.
Result<void> check_names(const api::PublishAsk& ask) {
  TRY_VOID(shard::check_channel_name(ask.channel));
  if (!ask.publisher.empty()) TRY_VOID(shard::check_user_id(ask.publisher));
  return {};
}

}  // namespace

void RestPublisher::publish(api::PublishAsk ask, std::function<void(std::variant<api::Published, api::Problem>)> done) {
  if (const Result<void> fine = check_names(ask); !fine) {
    done(api::Problem(fine.error()));
    return;
  }
  shard::OutsidePublish what;
  what.project = ask.project;
  what.channel = std::move(ask.channel);
  what.publisher = std::move(ask.publisher);
  what.custom_type = std::move(ask.custom_type);
  what.payload = std::move(ask.payload);
  what.payload_type = ask.text ? engine::MessageType::string : engine::MessageType::binary;
  what.dry_run = ask.dry_run;
  shard::publish_from_outside(bus_, std::move(what), [done = std::move(done)](const shard::Answer<shard::Published>& answer) {
    if (const auto* refusal = std::get_if<shard::Refusal>(&answer)) return done(problem_of(*refusal));
    const auto& published = std::get<shard::Published>(answer);
    api::Published told{published.position.epoch, published.position.offset, published.at, published.units,
                        published.receivers};
    if (published.refused) told.refused = problem_of(*published.refused);
    done(std::move(told));
  });
}

}  // namespace postage::app
