#include "invoice/payments/prepaid_book.h"

#include <fmt/format.h>

#include <algorithm>

namespace postage::invoice {
namespace {

constexpr std::string_view kConsumed = "consumed";  ///< by an invoice at its close
constexpr std::string_view kDrawnEarly = "drawn";   ///< by a running month, when the grant ended
constexpr std::string_view kExpired = "expired";

GrantKind kind_of(const std::string& name) { return name == "paid" ? GrantKind::paid : GrantKind::granted; }

/// Reads amounts of a row; the first that cannot be read is kept.
struct Amounts {
  std::optional<Error> wrong;
  BigInt read(const std::string& text) {
    auto value = read_minor(text, "payment_grant");
    if (value) return *value;
    wrong = value.error();
    return 0;
  }
};

Result<std::int64_t> add_use(db::Connection& connection, std::int64_t grant, std::string_view kind, MonthKey month,
                             const BigInt& minor, Instant at) {
  TRY(id, connection.first(
              "insert into payment_grant_use (grant_id, kind, month, minor, at) values (?, ?, ?, ?, ?) returning id",
              [](db::Row& row) { return row.integer(0); }, grant, kind, month.text(), minor.str(), at));
  return *id;
}

/// Stores what `uses` take, posts the breakage, and returns what was consumed.
Result<BigInt> store_uses(db::Connection& connection, const MoneySite& site, const std::vector<GrantUse>& uses,
                          std::string_view consumed_as, MonthKey month, Instant at) {
  BigInt consumed = 0;
  for (const GrantUse& use : uses) {
    if (use.consumed > 0) {
      TRY(id, add_use(connection, use.grant, consumed_as, month, use.consumed, at));
      (void)id;
      consumed += use.consumed;
    }
    if (use.expired > 0) {
      TRY(id, add_use(connection, use.grant, kExpired, month, use.expired, at));
      TRY_VOID(post_move(connection, {fmt::format("breakage:{}", id), site.facts.id, &site.currency(), at,
                                      fmt::format("grant {} ended unused", use.grant), codes::kPrepaid,
                                      codes::kBreakage, use.expired}));
    }
    TRY(text, connection.first(
                  "select minor from payment_grant_open where grant_id = ?", [](db::Row& row) { return row.text(0); },
                  use.grant));
    CHECK(text.has_value());
    TRY(left, read_minor(*text, "payment_grant_open"));
    const BigInt rest = left - use.consumed - use.expired;
    CHECK(rest >= 0);
    if (rest == 0) {
      TRY_VOID(connection.run("delete from payment_grant_open where grant_id = ?", use.grant));
    } else {
      TRY_VOID(connection.run("update payment_grant_open set minor = ? where grant_id = ?", rest.str(), use.grant));
    }
  }
  return consumed;
}

/// A grant of that reference, if there is one; conflict when it is another one.
Result<std::optional<std::int64_t>> same_grant(db::Connection& connection, AccountId account, const NewGrant& grant,
                                               const std::string& minor) {
  bool same = false;
  TRY(found, connection.first(
                 "select id, kind, minor, expires_at from payment_grant where account = ? and reference = ?",
                 [&](db::Row& row) {
                   same = row.text(1) == grant_kind_name(grant.kind) && row.text(2) == minor &&
                          row.maybe_instant(3) == grant.expires_at;
                   return row.integer(0);
                 },
                 account, grant.reference));
  if (found && !same) return Error(Errc::conflict, "reference: stands for another grant already");
  return std::move(found);
}

}  // namespace

Result<bool> is_prepaid(db::Connection& connection, AccountId account) {
  TRY(last, connection.first(
                "select prepaid from payment_prepaid where account = ? order by id desc limit 1",
                [](db::Row& row) { return row.flag(0); }, account));
  return last.value_or(false);
}

Result<std::vector<Grant>> open_grants(db::Connection& connection, AccountId account) {
  Amounts amounts;
  TRY(grants, connection.all(
                  "select g.id, g.kind, g.minor, o.minor, g.at, g.expires_at from payment_grant_open o "
                  "join payment_grant g on g.id = o.grant_id where o.account = ? order by g.id",
                  [&](db::Row& row) {
                    return Grant{row.integer(0),           kind_of(row.text(1)), amounts.read(row.text(2)),
                                 amounts.read(row.text(3)), row.instant(4),       row.maybe_instant(5)};
                  },
                  account));
  if (amounts.wrong) return *amounts.wrong;
  return std::move(grants);
}

Result<std::vector<StoredGrant>> all_grants(db::Connection& connection, AccountId account) {
  Amounts amounts;
  TRY(grants, connection.all(
                  "select id, kind, minor, at, expires_at, reference, by_whom, why, currency from payment_grant "
                  "where account = ? order by id",
                  [&](db::Row& row) {
                    StoredGrant made;
                    made.grant = {row.integer(0),  kind_of(row.text(1)), amounts.read(row.text(2)), 0,
                                  row.instant(3), row.maybe_instant(4)};
                    made.grant.left = made.grant.amount;
                    made.reference = row.text(5);
                    made.by = row.text(6);
                    made.why = row.text(7);
                    made.currency = row.text(8);
                    return made;
                  },
                  account));
  TRY_VOID(connection.each(
      "select u.grant_id, u.kind, u.minor from payment_grant_use u join payment_grant g on g.id = u.grant_id "
      "where g.account = ? order by u.id",
      [&](db::Row& row) {
        const std::int64_t id = row.integer(0);
        const auto found = std::ranges::find(grants, id, [](const StoredGrant& each) { return each.grant.id; });
        if (found == grants.end()) return;
        const BigInt minor = amounts.read(row.text(2));
        (row.text(1) == kExpired ? found->expired : found->consumed) += minor;
        found->grant.left -= minor;
      },
      account));
  if (amounts.wrong) return *amounts.wrong;
  return std::move(grants);
}

Result<AddedGrant> add_grant(db::Connection& connection, const MoneySite& site, const NewGrant& grant, Instant now,
                             const ChangedBy& by, bool from_credit) {
  CHECK(connection.in_transaction());
  const BigInt minor = to_minor(grant.amount, site.currency());
  TRY(known, same_grant(connection, site.facts.id, grant, minor.str()));
  if (known) return AddedGrant{*known, false};
  TRY(id, connection.first(
              "insert into payment_grant (account, kind, reference, currency, minor, at, expires_at, by_whom, why) "
              "values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
              [](db::Row& row) { return row.integer(0); }, site.facts.id, grant_kind_name(grant.kind), grant.reference,
              site.currency().code, minor.str(), now, grant.expires_at, by.who, by.why));
  TRY_VOID(connection.run(
      "insert into payment_grant_open (grant_id, account, minor, expires_at) values (?, ?, ?, ?)", *id, site.facts.id,
      minor.str(), grant.expires_at));
  const std::string_view from = from_credit                       ? codes::kCredit
                                : grant.kind == GrantKind::paid ? codes::kCash
                                                                  : codes::kGoodwill;
  TRY_VOID(post_move(connection, {fmt::format("grant:{}", *id), site.facts.id, &site.currency(), now,
                                  fmt::format("prepaid: {}", grant.reference), from, codes::kPrepaid, minor}));
  return AddedGrant{*id, true};
}

Result<BigInt> drawn_in(db::Connection& connection, AccountId account, MonthKey month) {
  Amounts amounts;
  BigInt sum = 0;
  TRY_VOID(connection.each(
      "select u.minor from payment_grant_use u join payment_grant g on g.id = u.grant_id "
      "where g.account = ? and u.month = ? and u.kind = ?",
      [&](db::Row& row) { sum += amounts.read(row.text(0)); }, account, month.text(), kDrawnEarly));
  if (amounts.wrong) return *amounts.wrong;
  return sum;
}

Result<void> expire_grants(db::Connection& connection, const MoneySite& site, MonthKey month, const BigInt& bill,
                           Instant ended, Instant now) {
  CHECK(connection.in_transaction());
  TRY(grants, open_grants(connection, site.facts.id));
  TRY(drawn, drawn_in(connection, site.facts.id, month));
  const std::vector<GrantUse> uses = draw_grants(grants, bill - drawn, ended, true);
  for (const GrantUse& use : uses) {
    if (use.consumed == 0) continue;
    TRY_VOID(post_move(connection, {fmt::format("drawn:{}:{}", use.grant, month.text()), site.facts.id,
                                    &site.currency(), now,
                                    fmt::format("grant {} used by {} before it ended", use.grant, month.text()),
                                    codes::kPrepaid, codes::kDrawn, use.consumed}));
  }
  TRY(consumed, store_uses(connection, site, uses, kDrawnEarly, month, now));
  (void)consumed;
  return {};
}

Result<void> draw_for_invoice(db::Connection& connection, const MoneySite& site, MonthKey month, const BigInt& total,
                              Instant month_end, Instant posted_at) {
  CHECK(connection.in_transaction());
  TRY(grants, open_grants(connection, site.facts.id));
  TRY(drawn, drawn_in(connection, site.facts.id, month));
  if (grants.empty() && drawn == 0) return {};
  const std::vector<GrantUse> uses = draw_grants(grants, total - drawn, month_end, false);
  TRY(consumed, store_uses(connection, site, uses, kConsumed, month, posted_at));
  if (consumed + drawn == 0) return {};
  ledger::Draft draft{fmt::format("prepaid:{}:{}", site.facts.id.value, month.text()),
                      site.facts.id,
                      std::string(site.currency().code),
                      posted_at,
                      fmt::format("prepaid balance pays {}", month.text()),
                      {}};
  if (consumed != 0) draft.postings.push_back({std::string(codes::kPrepaid), consumed});
  if (drawn != 0) draft.postings.push_back({std::string(codes::kDrawn), drawn});
  draft.postings.push_back({std::string(codes::kCredit), -(consumed + drawn)});
  auto posted = ledger::post(connection, draft);
  if (!posted) return posted.error();
  return {};
}

}  // namespace postage::invoice
