#pragma once
// The tables of the resources, one file each. A new resource is a file, a line here and a line in routes.cc.
#include <span>

#include "api/route.h"

namespace postage::api {

std::span<const Route> session_routes();
std::span<const Route> account_routes();
std::span<const Route> people_routes();
std::span<const Route> project_routes();
std::span<const Route> certificate_routes();
std::span<const Route> key_routes();
std::span<const Route> usage_routes();
std::span<const Route> bill_routes();
std::span<const Route> invoice_routes();
std::span<const Route> export_routes();
std::span<const Route> credit_note_routes();
std::span<const Route> catalogue_routes();
std::span<const Route> catalogue_desk_routes();
std::span<const Route> plan_routes();
std::span<const Route> what_if_routes();
std::span<const Route> terms_routes();
std::span<const Route> cap_routes();
std::span<const Route> payment_routes();
std::span<const Route> statement_routes();
std::span<const Route> message_routes();
std::span<const Route> audit_routes();
std::span<const Route> sla_routes();
std::span<const Route> support_routes();
std::span<const Route> document_routes();
std::span<const Route> month_close_routes();

}  // namespace postage::api
