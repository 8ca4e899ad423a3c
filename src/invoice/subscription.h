#pragma once
// Which plan is in force, which one follows, and which one rates a month. Pure: no clock, no store.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/month.h"
#include "catalog/catalog.h"
#include "rating/rating.h"

namespace postage::invoice {

/// A plan and since when it is in force.
struct PlanSpan {
  catalog::PlanPtr plan;
  Instant from;
};

/// Another catalogue from a month on; `plans` says for each plan of the present one which one follows it there.
struct CatalogueMove {
  catalog::CataloguePtr catalogue;
  MonthKey from;
  std::map<std::string, std::string> plans;  ///< plan here -> plan there; one that is not named keeps its name
  /// The plan of `catalogue` that follows `plan`, or null.
  [[nodiscard]] catalog::PlanPtr successor(const std::string& plan) const;
};

/// What asking for a plan does.
enum class PlanChange : std::uint8_t {
  upgraded,    ///< in force at once; a pending downgrade is cancelled
  downgraded,  ///< in force from the next month; replaces an earlier pending downgrade
  unchanged,   ///< the plan already in force: a pending downgrade is cancelled, nothing else happens
};

/// A change before it is made.
struct PlanPreview {
  PlanChange change = PlanChange::unchanged;
  Instant effective_at;     ///< now, or the next month's first instant
  Rational extra_base_fee;  ///< how much the running month's base and proration grow, before discount and tax
};

/// One account's plans in one running month. Upgrades and downgrades are never refused. Thread: one.
class Subscription {
 public:
  /// The account begins at `since` on `plan`, in the month that holds that instant.
  Subscription(catalog::CataloguePtr catalogue, catalog::PlanPtr plan, Instant since);
  /// A running month read back from a store: spans in order of time, at least one.
  Subscription(catalog::CataloguePtr catalogue, MonthKey month, std::vector<PlanSpan> spans, catalog::PlanPtr pending);

  /// Asks for `plan` (of this catalogue) at `at`, by the catalogue's order of plans.
  PlanChange change(const catalog::PlanPtr& plan, Instant at);
  /// What change() would do.
  [[nodiscard]] PlanPreview preview(const catalog::PlanPtr& plan, Instant at) const;
  /// After the close of the month: a pending downgrade takes effect and the next month opens. Where a move begins with
  /// that month, its catalogue is in force from there on; after a change of zone the new month begins exactly where the
  /// old one ended.
  void roll();
  /// Sets the move (its `from` lies after the running month and all plans of the running catalogue have a successor);
  /// replaces an earlier one. None cancels it.
  void move_to(std::optional<CatalogueMove> move) { move_ = std::move(move); }

  /// The same plans by name from `own`, which is this catalogue with a contract's changes. Not to be rolled afterwards.
  void take_plans(const catalog::CataloguePtr& own);

  [[nodiscard]] MonthKey month() const { return month_; }
  [[nodiscard]] InstantRange period() const;
  [[nodiscard]] const catalog::CataloguePtr& catalogue() const { return catalogue_; }
  /// In force now; at a close: at the month's last instant.
  [[nodiscard]] const catalog::PlanPtr& plan() const { return spans_.back().plan; }
  /// In force from the next month, or null when the present one stays.
  [[nodiscard]] const catalog::PlanPtr& pending() const { return pending_; }
  /// The plan of the next month's first instant, by a pending downgrade and a move of that month; null when it is the
  /// present one.
  [[nodiscard]] catalog::PlanPtr next_plan() const;
  /// A move to another catalogue that has not begun.
  [[nodiscard]] const std::optional<CatalogueMove>& move() const { return move_; }
  /// Rates the running month. Full-month rule: of its plans the one with the largest base fee, of equals the latest.
  /// Pro-rata rule: the one in force.
  [[nodiscard]] catalog::PlanPtr rated_by() const;
  /// Plans of the running month in order of time.
  [[nodiscard]] const std::vector<PlanSpan>& spans() const { return spans_; }
  /// For the pro-rata rules: each plan's days (or seconds), that of a change belonging to the new plan; else empty.
  [[nodiscard]] std::vector<rating::Segment> segments() const;
  /// Days of the month, or its seconds under pro_rata_seconds: rating::MonthInput::month_days.
  [[nodiscard]] int month_days() const;

 private:
  [[nodiscard]] Rational base_part() const;
  /// How much of the month has passed at `at`: whole days, or whole seconds.
  [[nodiscard]] int passed(Instant at) const;
  catalog::CataloguePtr catalogue_;
  MonthKey month_;
  std::vector<PlanSpan> spans_;
  catalog::PlanPtr pending_;
  std::optional<CatalogueMove> move_;
  std::optional<Instant> begins_;  ///< of the running month, where that is not the calendar's first instant
};

}  // namespace postage::invoice
