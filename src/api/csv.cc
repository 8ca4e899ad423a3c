#include "api/csv.h"

namespace postage::api {

bool wants_csv(Call& call) {
  const auto format = call.query.choice("format", {"json", "csv"});
  if (format) return *format == "csv";
  return call.request.header("accept").starts_with("text/csv");
}

Reply csv_reply(std::string text, const std::string& file) {
  return {200,
          {},
          std::move(text),
          "text/csv; charset=utf-8",
          {{"Content-Disposition", "attachment; filename=\"" + file + "\""}}};
}

}  // namespace postage::api
