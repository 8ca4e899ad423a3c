// Publishing over REST, and its price before it is sent.
#include <algorithm>

#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"
#include "base/limits.h"
#include "invoice/billing.h"

namespace postage::api {
namespace {

using auth::Permission;
constexpr int kPriceDecimals = 20;
constexpr std::size_t kCustomTypeBytesMax = 4 * static_cast<std::size_t>(limits::custom_type_chars_max);

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Json refusal_json(const Problem& refused) {
  const ErrorRow& row = error_row(refused.error.code);
  Json out = {{"code", static_cast<std::int32_t>(row.code)},
              {"name", std::string(row.name)},
              {"detail", refused.error.detail.empty() ? std::string(row.text) : refused.error.detail}};
  if (refused.quota) append_quota_facts(out, *refused.quota);
  return out;
}

/// What `units` more would add to the running bill: exact, before rounding and with discount, minimum and tax.
Json price_json(const invoice::RatedMonth& bill, std::uint64_t units) {
  const Rational more(BigInt{units});
  rating::MonthInput input = bill.input;
  input.usage.messages += more;
  const Rational adds = rating::rate(input).exact_total - bill.bill.exact_total;
  return {{"currency", std::string(input.catalogue->currency.code)},
          {"unit_price", input.plan->rates.message.to_plain(kPriceDecimals)},
          {"list", (input.plan->rates.message * more).to_plain(kPriceDecimals)},
          {"adds_to_bill", adds.to_plain(kPriceDecimals)}};
}

Json published_json(const Published& published) {
  return {{"epoch", std::to_string(published.epoch)},
          {"offset", std::to_string(published.offset)},
          {"timestamp", instant_text_utc(published.timestamp)},
          {"units", std::to_string(published.units)},
          {"receivers", std::to_string(published.receivers)}};
}

/// The price before it is sent; `bill` is the running bill of a moment ago.
Outcome dry_outcome(const std::variant<Published, Problem>& done, const invoice::RatedMonth& bill) {
  if (const Problem* problem = std::get_if<Problem>(&done)) return *problem;
  const Published& published = std::get<Published>(done);
  Json out = published_json(published);
  out["dry_run"] = true;
  out["price"] = price_json(bill, published.units);
  out["admitted"] = !published.refused.has_value();
  if (published.refused) out["refused_by"] = refusal_json(*published.refused);
  return out;
}

Outcome published_outcome(const std::variant<Published, Problem>& done) {
  if (const Problem* problem = std::get_if<Problem>(&done)) return *problem;
  return published_json(std::get<Published>(done));
}

/// Whether the project takes messages now.
std::optional<Problem> closed(const auth::ProjectInfo& project, const auth::DirectorySnapshot& snapshot) {
  if (project.disabled) return Problem(Errc::forbidden, "the project is disabled", {}, Reason::project_disabled);
  const auth::AccountInfo* account = snapshot.account(project.account);
  if (account && account->in_arrears) {
    return Problem(Errc::account_suspended, "the account is suspended: a bill is unpaid", {}, Reason::unpaid);
  }
  if (account && account->suspended) return Problem(Errc::account_suspended);
  return std::nullopt;
}

std::optional<Problem> too_long(const PublishAsk& ask, const auth::ProjectInfo& project) {
  const std::int64_t most = project.in_force.message_bytes_max;
  if (static_cast<std::int64_t>(ask.payload.size()) <= most) return std::nullopt;
  Problem problem(Errc::channel_message_length_exceed_limitation);
  problem.why = {Reason::message_size, {std::to_string(ask.payload.size()), std::to_string(most)}};
  return problem;
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
  if (auto long_message = too_long(ask, *project)) return *long_message;
  if (characters(ask.custom_type) > static_cast<std::size_t>(limits::custom_type_chars_max)) {
    return Errc::channel_custom_type_length_overflow;
  }
  if (ask.dry_run) {
    TRY(bill, call.services.billing.running(call.account, call.now));
    const auto kept = std::make_shared<const invoice::RatedMonth>(std::move(bill));
    call.services.publisher.publish(std::move(ask),
                                    [finish = call.finish, kept](std::variant<Published, Problem> done) {
                                      finish(dry_outcome(done, *kept));
                                    });
    return Later{};
  }
  call.services.publisher.publish(
      std::move(ask),
      [finish = call.finish](std::variant<Published, Problem> done) { finish(published_outcome(done)); });
  return Later{};
}

const Route kRoutes[] = {
    {Method::post, "/projects/{project}/channels/{channel}/messages", "publishMessage",
     "Publish to a message channel; with dry_run its units, its exact price and what would refuse it are told", Permission::message_publish, publish,
     "NewMessage", "Published", 200, true},
};

}  // namespace

std::span<const Route> message_routes() { return kRoutes; }

}  // namespace postage::api
