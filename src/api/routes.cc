#include <vector>

#include "api/resources.h"
#include "base/check.h"

namespace postage::api {

std::span<const Route> all_routes() {
  static const std::vector<Route> kAll = [] {
    std::vector<Route> all;
    for (const auto table :
         {session_routes(), account_routes(), people_routes(), project_routes(), certificate_routes(), key_routes(),
          usage_routes(), bill_routes(), invoice_routes(), credit_note_routes(), catalogue_routes(),
          catalogue_desk_routes(), plan_routes(), what_if_routes(), terms_routes(), cap_routes(), payment_routes(),
          statement_routes(), message_routes(), audit_routes(), sla_routes(), support_routes(), month_close_routes(),
          document_routes(), export_routes()}) {
      all.insert(all.end(), table.begin(), table.end());
    }
    return all;
  }();
  return kAll;
}

std::string_view method_name(Method method) {
  constexpr std::string_view kNames[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  return kNames[static_cast<std::size_t>(method)];
}

const std::string& Call::param(std::string_view name) const {
  const auto found = path.find(name);
  CHECK(found != path.end());  // A row's handler asks for a name that its path has.
  return found->second;
}

}  // namespace postage::api
