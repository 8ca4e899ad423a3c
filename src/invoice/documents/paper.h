#pragma once
// An invoice object (rated_month.h's invoice_json) read back into values: what every form of a document is made from.
// Nothing is computed from usage here; the stored text is the only source, so that a document printed years later is
// the document that was issued. Pure; thread: any.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "base/month.h"
#include "base/rational.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "invoice/issuer.h"

namespace postage::invoice {

/// The meter part of a printed line.
struct PaperMeter {
  Rational quantity, included, overage, unit_price;
};

struct PaperLine {
  std::string kind;  ///< "base", "pcu", ...; kinds of later versions too
  std::string name;  ///< of a bundle; else empty
  std::optional<PaperMeter> meter;
  Rational amount;
  bool inclusive = false;  ///< a tax line that is not added to the total
};

/// Evidence of one project's peak.
struct PaperPeak {
  struct Member {
    std::string user;
    Instant opened_at;
  };
  Instant at;
  Rational connections;        ///< the true number
  std::vector<Member> listed;  ///< the first of them
};

struct PaperProject {
  std::string id;
  std::string name;
  Rational pcu, messages, byte_hours, storage_gb;
  std::optional<PaperPeak> peak;
};

/// A bundle of the contract, and a tier of its volume discount, as they are written there.
struct PaperBundle {
  std::string name, pcu, messages, storage_gb;
};
struct PaperTier {
  std::string from, percent;
};

/// What an SLA credit rests on.
struct PaperSla {
  Rational minutes, down, uptime_percent, target_percent;
};

/// A credit note of this invoice, as its list shows it.
struct PaperCredit {
  std::string number;
  Instant at;
  Rational total;
};

struct Paper {
  std::string number;  ///< empty: a running bill
  std::string account;
  std::string account_name;
  std::string month;  ///< "2026-01"
  InstantRange period;
  Zone zone;
  Instant at;  ///< when it was issued; of a running bill: as of
  std::string plan;
  catalog::Title plan_title;  ///< the plan's name for people; the row's name while nobody gave a title
  std::string catalogue;
  Currency currency;
  std::vector<PaperLine> lines;
  Rational total;
  std::vector<PaperProject> projects;
  Rational sum_of_peaks, simultaneous_peak;
  Rational discount_percent, tax_percent, sla_credit_percent;
  std::optional<Rational> minimum_spend;
  std::vector<PaperBundle> bundles;
  std::vector<PaperTier> volume_tiers;
  bool volume_whole = false;    ///< the highest tier's percentage for the whole fee; else each part its own tier's
  std::optional<PaperSla> sla;  ///< when uptime was measured
  std::string catalogue_sha256;
  std::string meter_key;  ///< fingerprint of the key that signs the meter's journal; empty: not stated
  std::optional<Issuer> issuer;

  // Not in the document: what its store knows beside.
  std::string sha256;  ///< of the document; empty for a running bill
  std::vector<PaperCredit> credits;
  bool voided = false;  ///< its credit notes take all of it back

  [[nodiscard]] bool running() const { return number.empty(); }
  /// Sum of the lines before tax: of an exclusive tax the base, of an inclusive one the total.
  [[nodiscard]] Rational before_tax() const;
  /// The line of that kind, or null.
  [[nodiscard]] const PaperLine* line(std::string_view kind) const;
};

/// The longest document that is read, bytes.
inline constexpr std::size_t kPaperBytesMax = 64U << 20U;

/// Reads an invoice object. Errors: corrupt_record naming the member.
Result<Paper> read_paper(std::string_view document);

/// "CNY 0.20": the code and at least the currency's digits, more where the price has more.
std::string price_text(const Rational& price, const Currency& currency);
/// "1,234.50".
std::string money_grouped(const Rational& amount, const Currency& currency);
/// "12,345.678": grouped in threes.
std::string grouped(const std::string& decimal);

}  // namespace postage::invoice
