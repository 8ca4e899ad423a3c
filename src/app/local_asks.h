#pragma once
// What commands on the server's own machine ask of the money rooms: one JSON object in, one out. A running server answers
// through the local door (local_door.h); without one the folder is opened and the same function answers.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/local_door.h"
#include "base/clock.h"
#include "invoice/billing.h"
#include "invoice/catalogue_desk.h"

namespace postage::app {

/// The rooms that answer. All outlive the call.
struct AskedRooms {
  const Clock& clock;
  const invoice::Billing& billing;
  invoice::CatalogueDesk& desk;
};

/// `ask` is {"do": "list" | "draft" | "publish" | "withdraw" | "preview" | "what_if", ...}:
/// draft {text, replaces?, grandfather?, plans?, reason}; publish and withdraw {name, reason}; preview {name};
/// what_if {account, month?, catalogue?}. Errors: bad_request, and those of the rooms.
Result<std::string> answer_ask(const AskedRooms& rooms, const nlohmann::json& ask);

/// POST /local/ask, for who has the secret of local.json.
OwnRoute local_asks_route(std::string secret, AskedRooms rooms, WorkerPool& workers);

/// The command's side: asks the folder's server, or the folder itself when no server holds it. Errors: as answer_ask,
/// not_found (no such folder), unavailable (the server does not answer).
Result<std::string> ask_folder(const DataFolder& folder, const nlohmann::json& ask);

}  // namespace postage::app
