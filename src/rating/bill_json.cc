// The one JSON form of a bill: simulate, quote, the API and stored invoices print it through here.
#include "base/log.h"
#include "rating/rating.h"

namespace postage::rating {
namespace {
/// Quantities carry at most ten decimals.
constexpr int kQuantityDecimals = 10;

void member(std::string& out, std::string_view key, const std::string& plain) {
  out += ",\"";
  out += key;
  out += "\":\"";
  out += plain;
  out += '"';
}
}  // namespace

void append_line_json(std::string& out, const Line& line, const Currency& currency) {
  out += "{\"kind\":\"";
  out += line_kind_name(line.kind);
  out += '"';
  if (!line.name.empty()) {
    out += ",\"name\":";
    append_json_string(out, line.name);
  }
  if (line.meter) {
    member(out, "quantity", line.meter->quantity.to_plain(kQuantityDecimals));
    member(out, "included", line.meter->included.to_plain(kQuantityDecimals));
    member(out, "overage", line.meter->overage.to_plain(kQuantityDecimals));
    member(out, "unit_price", line.meter->unit_price.to_plain(kQuantityDecimals));
  }
  member(out, "amount", money_text(line.amount, currency));
  if (line.inclusive) out += ",\"inclusive\":true";
  out += '}';
}

void append_bill_json(std::string& out, const Bill& bill) {
  out += "\"plan\":";
  append_json_string(out, bill.plan);
  out += ",\"catalogue\":";
  append_json_string(out, bill.catalogue);
  member(out, "currency", std::string(bill.currency.code));
  out += ",\"lines\":[";
  for (std::size_t i = 0; i < bill.lines.size(); ++i) {
    if (i != 0) out += ',';
    append_line_json(out, bill.lines[i], bill.currency);
  }
  out += ']';
  member(out, "total", money_text(bill.total, bill.currency));
}

}  // namespace postage::rating
