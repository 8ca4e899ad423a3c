#include "api/views.h"

#include "base/zone.h"

namespace postage::api {
namespace {
constexpr std::int64_t kLimitDefault = 50;
constexpr std::int64_t kLimitMax = 200;
}  // namespace

const Parameter kLimitParameter{"limit", R"({"type":"integer","minimum":1,"maximum":200,"default":50})",
                                "most items of the answer", false};
const Parameter kCursorParameter{"cursor", R"({"type":"string"})", "`next` of the page before", false};

Page read_page(Query& query) {
  Page page;
  page.limit = query.integer("limit", 1, kLimitMax).value_or(kLimitDefault);
  page.cursor = query.integer("cursor", 0, INT64_MAX);
  return page;
}

namespace {
/// Why an account is suspended, or null.
Json suspended_for(const auth::AccountInfo& account) {
  if (account.suspended) return "operator";
  if (account.in_arrears) return "arrears";
  return nullptr;
}
}  // namespace

Json account_json(const auth::AccountInfo& account) {
  return {{"id", id_text(account.id)},      {"name", account.name},
          {"email", account.email},         {"locale", account.locale},
          {"catalogue", account.catalogue}, {"plan", account.plan},
          {"suspended", account.closed()},  {"suspended_for", suspended_for(account)},
          {"created_at", instant_text_utc(account.created_at)}};
}

Json project_json(const auth::ProjectInfo& project) {
  Json limits = Json::object(), in_force = Json::object();
  for (const auto& [name, value] : auth::limit_values(project.limits)) limits[name] = value;
  for (const auto& [name, value] : auth::limit_values(project.in_force)) in_force[name] = value;
  Json certificates = Json::array();
  for (const auth::CertificateSlot slot : {auth::CertificateSlot::primary, auth::CertificateSlot::secondary}) {
    const auth::Certificate& certificate = project.certificate(slot);
    if (!certificate.exists()) continue;
    certificates.push_back({{"slot", std::string(auth::slot_name(slot))},
                            {"enabled", certificate.enabled},
                            {"created_at", instant_text_utc(certificate.created_at)}});
  }
  return {{"id", id_text(project.id)},
          {"account", id_text(project.account)},
          {"name", project.name},
          {"app_id", project.app_id.text},
          {"app_id_only", project.app_id_only},
          {"disabled", project.disabled},
          {"limits", std::move(limits)},
          {"limits_in_force", std::move(in_force)},
          {"certificates", std::move(certificates)},
          {"created_at", instant_text_utc(project.created_at)}};
}

Json key_json(const auth::KeyInfo& key) {
  Json out = {{"id", std::to_string(key.id)},
              {"name", key.name},
              {"role", std::string(auth::role_name(key.role))},
              {"created_at", instant_text_utc(key.created_at)}};
  if (key.last_used_at) out["last_used_at"] = instant_text_utc(*key.last_used_at);
  if (key.revoked_at) out["revoked_at"] = instant_text_utc(*key.revoked_at);
  return out;
}

Json person_json(const auth::Person& person) {
  Json out = {{"id", id_text(person.id)},
              {"email", person.email},
              {"name", person.name},
              {"realm", std::string(auth::realm_name(person.realm()))}};
  if (person.operator_role) out["role"] = std::string(auth::role_name(*person.operator_role));
  return out;
}

Json memberships_json(const auth::Person& person, const auth::DirectorySnapshot& snapshot) {
  Json out = Json::array();
  for (const auth::Membership& each : person.memberships) {
    const auth::AccountInfo* account = snapshot.account(each.account);
    if (!account) continue;
    out.push_back(
        {{"id", id_text(each.account)}, {"name", account->name}, {"role", std::string(auth::role_name(each.role))}});
  }
  return out;
}

Json plan_json(const catalog::Plan& plan, const catalog::Catalogue& catalogue, int order) {
  Json features = Json::object();
  for (const catalog::Feature& each : plan.features) {
    if (const bool* flag = std::get_if<bool>(&each.value))
      features[each.name] = *flag;
    else
      features[each.name] = std::get<std::string>(each.value);
  }
  const bool payg = plan.kind == catalog::PlanKind::payg;
  Json quota = nullptr;
  if (!payg) {
    quota = {{"pcu", std::to_string(plan.quotas.pcu)},
             {"messages", std::to_string(plan.quotas.messages)},
             {"storage_gb", plan.quotas.storage_gb.to_plain()}};
  }
  return {{"name", plan.name},
          {"title", {{"en", plan.title.en}, {"zh", plan.title.zh}}},
          {"order", order},
          {"base_fee", money_text(plan.base_fee, catalogue.currency)},
          {"minimum_spend", money_text(plan.minimum_spend, catalogue.currency)},
          {"hard", plan.hard()},
          {"pay_as_you_go", payg},
          {"quota", std::move(quota)},
          {"rates",
           {{"pcu", plan.rates.pcu.to_plain()},
            {"messages", plan.rates.message.to_plain()},
            {"storage_gb", plan.rates.storage_gb.to_plain()}}},
          {"features", std::move(features)}};
}

Json bill_members(const rating::Bill& bill) {
  std::string text = "{";
  rating::append_bill_json(text, bill);
  return Json::parse(text + "}", nullptr, false);
}

Json bill_json(const invoice::RatedMonth& rated) { return Json::parse(invoice::invoice_json(rated), nullptr, false); }

Json invoice_object(const invoice::StoredInvoice& invoice, const std::vector<invoice::StoredCredit>& notes) {
  Json out = Json::parse(invoice.document, nullptr, false);
  if (!out.is_object()) out = Json::object();
  out["sha256"] = invoice.sha256;
  for (const invoice::StoredCredit& note : notes) {
    if (out["state"] != "void") out["state"] = note.kind == "void" ? "void" : "credited";
    out["credit_notes"].push_back({{"number", note.number}, {"kind", note.kind}, {"total", note.total}});
  }
  return out;
}

Json credit_object(const invoice::StoredCredit& note) {
  Json out = Json::parse(note.document, nullptr, false);
  if (!out.is_object()) out = Json::object();
  out["sha256"] = note.sha256;
  return out;
}

auth::Actor actor_of(const Call& call) { return auth::Actor::of(call.who); }

invoice::ChangedBy changed_by(const Call& call, std::string why) {
  const bool key = call.who.kind == auth::Principal::Kind::key;
  return {call.who.name, std::move(why), key ? db::ChangerKind::key : db::ChangerKind::person, call.who.id};
}

}  // namespace postage::api
