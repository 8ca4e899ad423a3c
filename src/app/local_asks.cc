#include "app/local_asks.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/catalogue_view.h"
#include "app/catalogue_room.h"
#include "app/open_folder.h"
#include "invoice/account_what_if.h"

namespace postage::app {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kPath = "/local/ask";
constexpr std::size_t kReadAtOnce = 1000;
constexpr std::size_t kRows = 50;

std::string text_of(const Json& ask, const char* name) {
  const auto found = ask.find(name);
  return found != ask.end() && found->is_string() ? found->get<std::string>() : std::string();
}

invoice::ChangedBy asked_by(const Json& ask) { return {"command line", text_of(ask, "reason")}; }

Result<std::string> draft(const AskedRooms& rooms, const Json& ask) {
  catalog::Succession succession;
  succession.replaces = text_of(ask, "replaces");
  const auto stays = ask.find("grandfather");
  succession.grandfather = stays == ask.end() || !stays->is_boolean() || stays->get<bool>();
  const auto plans = ask.find("plans");
  if (plans != ask.end() && plans->is_object()) {
    for (const auto& [from, to] : plans->items()) {
      if (to.is_string()) succession.plans[from] = to.get<std::string>();
    }
  }
  TRY(made, rooms.desk.draft(text_of(ask, "text"), succession, rooms.clock.wall(), asked_by(ask)));
  return api::publication_json(made).dump();
}

Result<std::string> list(const AskedRooms& rooms) {
  TRY(all, rooms.desk.publications());
  api::Json items = api::Json::array();
  for (const catalog::Publication& each : all) items.push_back(api::publication_json(each));
  api::Json shelf = api::Json::array();
  for (const std::string& name : rooms.billing.catalogues().names()) {
    const auto found = rooms.billing.catalogues().find(name);
    if (!found) continue;
    shelf.push_back({{"name", name},
                     {"effective_from", found->catalogue->effective_from},
                     {"currency", std::string(found->catalogue->currency.code)},
                     {"zone", found->catalogue->zone.name()}});
  }
  return api::Json{{"catalogues", std::move(shelf)}, {"publications", std::move(items)}}.dump();
}

Result<std::string> preview(const AskedRooms& rooms, const Json& ask) {
  TRY(begun, rooms.desk.begin_preview(text_of(ask, "name"), rooms.clock.wall()));
  for (;;) {
    TRY(done, begun->step(kReadAtOnce));
    if (done) break;
  }
  TRY(shown, api::preview_json(*begun, 0, kRows));
  return shown.dump();
}

Result<std::string> what_if(const AskedRooms& rooms, const Json& ask) {
  std::optional<MonthKey> month;
  if (const std::string text = text_of(ask, "month"); !text.empty()) {
    TRY(parsed, parse_month(text));
    month = parsed;
  }
  const std::string catalogue = text_of(ask, "catalogue");
  const Instant now = rooms.clock.wall();
  const auto account = ask.find("account");
  if (account == ask.end() || !account->is_number_integer()) return Error(Errc::bad_request, "account: must be a number");
  TRY(rated, rooms.billing.month(AccountId{account->get<std::int64_t>()}, month, now));
  TRY(answer, invoice::what_if_of(rooms.billing, rated, catalogue.empty() ? std::nullopt : std::optional(catalogue)));
  return api::what_if_json(rated, answer, now).dump();
}

}  // namespace

Result<std::string> answer_ask(const AskedRooms& rooms, const Json& ask) {
  const std::string what = ask.is_object() ? text_of(ask, "do") : std::string();
  if (what == "list") return list(rooms);
  if (what == "draft") return draft(rooms, ask);
  if (what == "preview") return preview(rooms, ask);
  if (what == "what_if") return what_if(rooms, ask);
  if (what == "publish" || what == "withdraw") {
    const auto change = what == "publish" ? &invoice::CatalogueDesk::publish : &invoice::CatalogueDesk::withdraw;
    TRY(changed, (rooms.desk.*change)(text_of(ask, "name"), rooms.clock.wall(), asked_by(ask)));
    return api::publication_json(changed).dump();
  }
  return Error(Errc::bad_request, "do: must be list, draft, publish, withdraw, preview or what_if");
}

OwnRoute local_asks_route(std::string secret, AskedRooms rooms, WorkerPool& workers) {
  return [secret = std::move(secret), rooms, &workers](const net::Request& request, const net::Responder& responder) {
    if (request.path() != kPath) return false;
    if (request.method != "POST" || !local_secret_fits(request.header("authorization"), secret)) {
      responder(net::Response::problem(401, "this path is for commands on the server's own machine"));
      return true;
    }
    auto kept = std::make_shared<net::Request>(request);
    const bool taken = workers.submit([rooms, kept, responder] {
      const auto answer = answer_ask(rooms, Json::parse(kept->body, nullptr, false));
      if (!answer) {
        responder(net::Response::problem(error_row(answer.error().code).http, answer.error().to_string()));
        return;
      }
      net::Response response;
      response.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
      response.body = *answer;
      responder(std::move(response));
    });
    if (!taken) responder(net::Response::problem(503, "busy"));
    return true;
  };
}

Result<std::string> ask_folder(const DataFolder& folder, const Json& ask) {
  TRY(served, folder_has_server(folder.path));
  if (served) return ask_server(folder.path, std::string(kPath), ask.dump());
  return with_folder(folder, [&](OpenFolder& open) -> Result<std::string> {
    return answer_ask({open.clock, open.billing, open.desk}, ask);
  });
}

}  // namespace postage::app
