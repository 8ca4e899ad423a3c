#include "invoice/subscription.h"

#include <utility>

namespace postage::invoice {

Subscription::Subscription(catalog::CataloguePtr catalogue, catalog::PlanPtr plan, Instant since)
    : catalogue_(std::move(catalogue)), month_(month_of(since, catalogue_->zone)) {
  CHECK(plan != nullptr);
  spans_.push_back({std::move(plan), since});
}

Subscription::Subscription(catalog::CataloguePtr catalogue, MonthKey month, std::vector<PlanSpan> spans,
                           catalog::PlanPtr pending)
    : catalogue_(std::move(catalogue)), month_(month), spans_(std::move(spans)), pending_(std::move(pending)) {
  CHECK(!spans_.empty());
}

PlanChange Subscription::change(const catalog::PlanPtr& wanted, Instant at) {
  const int now = catalogue_->rank(plan()->name), then = catalogue_->rank(wanted->name);
  CHECK(then >= 0);
  if (then < now) {
    pending_ = wanted;
    return PlanChange::downgraded;
  }
  pending_ = nullptr;
  if (then == now) return PlanChange::unchanged;
  spans_.push_back({wanted, at});
  return PlanChange::upgraded;
}

PlanPreview Subscription::preview(const catalog::PlanPtr& wanted, Instant at) const {
  Subscription trial = *this;
  PlanPreview preview;
  preview.change = trial.change(wanted, at);
  preview.effective_at = preview.change == PlanChange::downgraded ? period().end : at;
  preview.extra_base_fee = trial.base_part() - base_part();
  return preview;
}

void Subscription::roll() {
  month_ = month_.next();
  catalog::PlanPtr next = pending_ ? std::exchange(pending_, nullptr) : plan();
  spans_ = {{std::move(next), period().start}};
}

catalog::PlanPtr Subscription::rated_by() const {
  if (catalogue_->rules.upgrade == catalog::UpgradeRule::pro_rata_days) return plan();
  catalog::PlanPtr largest = spans_.front().plan;
  for (const PlanSpan& span : spans_) {
    if (span.plan->base_fee >= largest->base_fee) largest = span.plan;
  }
  return largest;
}

std::vector<rating::Segment> Subscription::segments() const {
  std::vector<rating::Segment> result;
  if (catalogue_->rules.upgrade != catalog::UpgradeRule::pro_rata_days) return result;
  const auto day_of = [&](Instant at) {
    return static_cast<int>(static_cast<unsigned>(catalogue_->zone.date_at(at).day()));
  };
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    const int end = i + 1 < spans_.size() ? day_of(spans_[i + 1].from) : days_in(month_) + 1;
    result.push_back({spans_[i].plan, end - day_of(spans_[i].from)});
  }
  return result;
}

/// Base and proration of the running month if it ended like this.
Rational Subscription::base_part() const {
  rating::MonthInput input;
  input.catalogue = catalogue_;
  input.plan = rated_by();
  input.contract.minimum_spend = Rational(0);
  input.segments = segments();
  input.month_days = days_in(month_);
  const rating::Bill bill = rating::rate(input);
  const rating::Line* proration = bill.line(rating::LineKind::proration);
  return bill.line(rating::LineKind::base)->amount + (proration != nullptr ? proration->amount : Rational());
}

}  // namespace postage::invoice
