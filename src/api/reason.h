#pragma once
// Reasons of refusals, made from spec/reasons.def: what a page needs to say a refusal in its reader's language.
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postage::api {

/// One enumerator per row of spec/reasons.def.
enum class Reason : std::uint8_t {
#define REASON(name, figures, text) name,
#include "spec/reasons.def"
#undef REASON
};

/// One row of spec/reasons.def.
struct ReasonRow {
  std::string_view name;     ///< snake_case, as in JSON
  std::string_view figures;  ///< names of its members, parted by blanks
  std::string_view text;     ///< for the documents, English
};

/// All rows, in the order of the file.
std::span<const ReasonRow> reason_rows();
/// The row of `reason`.
const ReasonRow& reason_row(Reason reason);

/// A reason with its figures, or none.
class Why {
 public:
  Why() = default;
  /// `figures` in the order of the row, one for each of its names.
  Why(Reason reason, std::vector<std::string> figures = {});  // NOLINT(google-explicit-constructor)

  /// `reason` and its figures as members of `out`; nothing when there is none.
  void append_to(nlohmann::ordered_json& out) const;
  [[nodiscard]] std::optional<Reason> reason() const { return reason_; }
  bool operator==(const Why&) const = default;

 private:
  std::optional<Reason> reason_;
  std::vector<std::string> figures_;
};

}  // namespace postage::api
