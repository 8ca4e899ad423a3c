// Publishing over REST, and its price before it is sent.
#include <algorithm>

#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"
#include "base/limits.h"

namespace postage::api {
namespace {

using auth::Permission;
constexpr std::size_t kCustomTypeBytesMax = 4 * static_cast<std::size_t>(limits::custom_type_chars_max);

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Outcome published_outcome(const std::variant<Published, Problem>& done, bool dry_run) {
  if (const Problem* problem = std::get_if<Problem>(&done)) return *problem;
  const Published& published = std::get<Published>(done);
  Json out = {{"epoch", std::to_string(published.epoch)},
              {"offset", std::to_string(published.offset)},
              {"timestamp", instant_text_utc(published.timestamp)},
              {"units", std::to_string(published.units)},
              {"receivers", std::to_string(published.receivers)}};
  if (dry_run) out["dry_run"] = true;
  return out;
}

/// Whether the project takes messages now.
std::optional<Problem> closed(const auth::ProjectInfo& project, const auth::DirectorySnapshot& snapshot) {
  if (project.disabled) return Problem(Errc::forbidden, "the project is disabled");
  const auth::AccountInfo* account = snapshot.account(project.account);
  if (account && account->suspended) return Problem(Errc::account_suspended);
  return std::nullopt;
}

PublishAsk read_ask(Call& call, Body& body) {
  PublishAsk ask;
  ask.project = call.project;
  ask.channel = call.param("channel");
  const auto bytes_max = static_cast<std::size_t>(limits::message_bytes_hard_max);
  const auto text = body.maybe_payload("payload", bytes_max);
  const auto bytes = body.maybe_base64("payload_base64", bytes_max);
  if (text.has_value() == bytes.has_value()) body.refuse("payload", "send either payload or payload_base64");
  ask.text = text.has_value();
  ask.payload = text ? *text : bytes.value_or("");
  ask.custom_type = body.maybe_text("custom_type", {0, kCustomTypeBytesMax}).value_or("");
  ask.publisher = body.maybe_text("publisher", {1, static_cast<std::size_t>(limits::user_id_bytes_max)}).value_or("");
  ask.dry_run = body.maybe_flag("dry_run").value_or(false);
  return ask;
}

Outcome publish(Call& call) {
  Body body(call.request.body);
  PublishAsk ask = read_ask(call, body);
  if (auto mistake = body.mistake()) return *mistake;
  const auto snapshot = call.services.directory.snapshot();
  const auth::ProjectInfo* project = snapshot->project(call.project);
  if (!project) return Errc::not_found;
  if (auto refused = closed(*project, *snapshot)) return *refused;
  if (static_cast<std::int64_t>(ask.payload.size()) > project->limits.message_bytes_max) {
    return Errc::channel_message_length_exceed_limitation;
  }
  if (characters(ask.custom_type) > static_cast<std::size_t>(limits::custom_type_chars_max)) {
    return Errc::channel_custom_type_length_overflow;
  }
  const bool dry_run = ask.dry_run;
  call.services.publisher.publish(std::move(ask),
                                  [finish = call.finish, dry_run](std::variant<Published, Problem> done) {
                                    finish(published_outcome(done, dry_run));
                                  });
  return Later{};
}

const Route kRoutes[] = {
    {Method::post, "/projects/{project}/channels/{channel}/messages", "publishMessage",
     "Publish to a message channel; with dry_run only the price is told", Permission::message_publish, publish,
     "NewMessage", "Published", 200, true},
};

}  // namespace

std::span<const Route> message_routes() { return kRoutes; }

}  // namespace postage::api
