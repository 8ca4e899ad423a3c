#pragma once
// How things look in JSON: one function a thing, used by every route that shows it. Ids, quantities, money and
// positions are decimal strings (exact in every language), instants ISO 8601 UTC. Thread: any; pure.
#include <optional>
#include <string>
#include <vector>

#include "api/route.h"
#include "auth/credentials.h"
#include "auth/directory.h"
#include "catalog/catalog.h"
#include "invoice/billing.h"
#include "invoice/credit/credit_notes.h"

namespace postage::api {

template <class Tag>
std::string id_text(Id<Tag> id) {
  return std::to_string(id.value);
}

Json account_json(const auth::AccountInfo& account);
Json project_json(const auth::ProjectInfo& project);
Json key_json(const auth::KeyInfo& key);
Json person_json(const auth::Person& person);
/// {id, name, role} for each account of the person that exists.
Json memberships_json(const auth::Person& person, const auth::DirectorySnapshot& snapshot);
Json plan_json(const catalog::Plan& plan, const catalog::Catalogue& catalogue, int order);
/// A bill's own members: plan, catalogue, currency, lines, total.
Json bill_members(const rating::Bill& bill);
/// A running bill as an invoice object.
Json bill_json(const invoice::RatedMonth& rated);
/// A stored invoice: its document, with number, hash and state; `notes` are its credit notes, oldest first.
Json invoice_object(const invoice::StoredInvoice& invoice, const std::vector<invoice::StoredCredit>& notes);
/// A stored credit note: its document and hash.
Json credit_object(const invoice::StoredCredit& note);

/// Cuts a page out of `items`, which are in order of `key(item)` (a number that grows along the list), after the cursor
/// of the query; adds `next` when there is more.
template <class Items, class Key, class View>
Json page_of(const Items& items, std::int64_t after, std::int64_t limit, Key key, View view) {
  Json answer = {{"items", Json::array()}};
  for (const auto& item : items) {
    if (key(item) <= after) continue;
    if (static_cast<std::int64_t>(answer["items"].size()) == limit) {
      answer["next"] = answer.at("/items"_json_pointer).back().at("id");
      break;
    }
    answer["items"].push_back(view(item));
  }
  return answer;
}

/// `limit` and `cursor` of a list. The cursor is a decimal number, opaque to clients.
struct Page {
  std::int64_t limit = 50;
  std::optional<std::int64_t> cursor;
};
Page read_page(Query& query);

/// The actor of the audit log, and of histories.
auth::Actor actor_of(const Call& call);
invoice::ChangedBy changed_by(const Call& call, std::string why);

}  // namespace postage::api
