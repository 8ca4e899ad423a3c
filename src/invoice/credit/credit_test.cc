// Credit notes: what they take back, their tax, their numbers, their books.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <thread>

#include "invoice/credit/credit_check.h"
#include "invoice/documents/documents.h"
#include "invoice/documents/pdf.h"
#include "invoice/documents/read_back.h"
#include "invoice/testing.h"
#include "ledger/ledger.h"

namespace postage::invoice {
namespace {

using testing::at;
using testing::paper_in;
using testing::Room;

const Instant kJanuary = at("2026-01-01T00:00:00+08:00");
const Instant kFebruary = at("2026-02-01T00:00:00+08:00");
const Instant kMarch = at("2026-03-05T09:00:00+08:00");
const std::string kNumber = "PO-2026-000001";

Rational money(const std::string& text) { return parse_decimal(text).value().value; }

CreditAsk all_of_it() { return {.everything = true, .lines = {}, .amount = {}, .reason = "wrong account"}; }
CreditAsk of_line(std::size_t line, const std::string& amount) {
  return {.everything = false, .lines = {{line, money(amount)}}, .amount = {}, .reason = "outage"};
}
CreditAsk of_total(const std::string& amount) {
  return {.everything = false, .lines = {}, .amount = money(amount), .reason = "goodwill"};
}

/// Takes the draft into account, as the store does.
void take(Credited& before, const Paper& paper, const CreditDraft& draft) {
  before.lines.resize(paper.lines.size());
  for (const CreditLine& each : draft.lines) before.lines[each.line] += each.amount;
  before.tax += draft.tax;
  before.voided = draft.voids;
  ++before.notes;
}

TEST(CreditRules, TheLastNoteOfASeriesAbsorbsTheCentZ7) {
  const Paper paper = paper_in(
      "CNY", {{"base", "68.33"}, {"pcu", "68.33"}, {"messages", "57.50"}, {"storage", "85.00"}, {"tax", "55.83"}},
      "20");
  ASSERT_EQ(money_text(paper.total, paper.currency), "334.99");
  Credited before;
  const char* const totals[] = {"82.00", "82.00", "69.00", "101.99"};
  for (std::size_t line = 0; line < 4; ++line) {
    const auto draft = draft_credit(paper, before, of_line(line, money_text(paper.lines[line].amount, paper.currency)));
    ASSERT_TRUE(draft.ok()) << draft.error().to_string();
    EXPECT_EQ(money_text(draft->total, paper.currency), totals[line]);
    EXPECT_EQ(draft->voids, line == 3);
    take(before, paper, *draft);
  }
  EXPECT_EQ(draft_credit(paper, before, all_of_it()).error().code, Errc::conflict);
}

TEST(CreditRules, TaxIsOfThePrintedAmountZ8) {
  const Paper paper = paper_in("CNY", {{"base", "200.00"}, {"tax", "50.00"}}, "25");
  EXPECT_EQ(money_text(draft_credit(paper, {}, of_line(0, "193.33"))->total, paper.currency), "241.66");
}

TEST(CreditRules, PricesWithTaxGiveBackTaxWithinB42) {
  const Paper paper = paper_in("CNY", {{"base", "1499.00"}, {"tax", "84.85"}}, "6", true);
  const auto part = draft_credit(paper, {}, of_total("500.00"));
  EXPECT_EQ(money_text(part->total, paper.currency), "500.00");
  EXPECT_EQ(money_text(part->tax, paper.currency), "28.30");
  Credited before;
  take(before, paper, *part);
  const auto rest = draft_credit(paper, before, all_of_it());
  EXPECT_EQ(money_text(rest->total, paper.currency), "999.00");
  EXPECT_EQ(money_text(rest->tax, paper.currency), "56.55");
}

TEST(CreditRules, KeepTheDigitsOfTheCurrency) {
  const Paper yen = paper_in("JPY", {{"base", "1499"}, {"tax", "150"}}, "10");
  EXPECT_EQ(draft_credit(yen, {}, of_total("10.5")).error().code, Errc::bad_request);
  EXPECT_EQ(draft_credit(yen, {}, of_line(0, "5"))->tax, Rational(1));  // 0.5 away from zero, Z21
  const Paper dinar = paper_in("KWD", {{"base", "14.990"}, {"tax", "1.499"}}, "10");
  EXPECT_EQ(money_text(draft_credit(dinar, {}, of_line(0, "0.015"))->tax, dinar.currency), "0.002");
}

TEST(CreditRules, RefuseWhatIsNotThere) {
  const Paper paper = paper_in("CNY", {{"base", "100.00"}, {"discount", "-20.00"}, {"tax", "4.80"}}, "6");
  const auto code = [&](const CreditAsk& ask) { return draft_credit(paper, {}, ask).error().code; };
  EXPECT_EQ(code(of_line(0, "0")), Errc::bad_request);
  EXPECT_EQ(code(of_line(0, "-1")), Errc::bad_request);
  EXPECT_EQ(code(of_line(0, "1.001")), Errc::bad_request);
  EXPECT_EQ(code(of_line(2, "1.00")), Errc::bad_request);  // tax follows the lines
  EXPECT_EQ(code(of_line(3, "1.00")), Errc::bad_request);
  EXPECT_EQ(code(of_line(0, "100.01")), Errc::conflict);
  EXPECT_EQ(code(of_line(0, "80.01")), Errc::conflict);  // the discount was not paid either
  EXPECT_EQ(code(of_total("84.81")), Errc::conflict);
  EXPECT_EQ(code({}), Errc::bad_request);
  EXPECT_TRUE(draft_credit(paper, {}, of_line(0, "80.00"))->voids);
  EXPECT_EQ(draft_credit(paper, {}, all_of_it())->lines.size(), 2U);
}

/// A closed January of account 1: lines base 399.00, pcu 40.00, messages 20.00, storage 0.00, tax 6 %.
struct CreditTest : ::testing::Test {
  explicit CreditTest(const std::string& path = ":memory:") : room(path) {
    room.open({1}, "basic", kJanuary);
    room.usage.set({10}, kJanuary, 700, 31'000'000, 0);
    CHECK(room.billing->set_tax({1}, rating::Tax{6, false}, kJanuary, {}).ok());
    CHECK(room.close().tick(kFebruary + seconds(10))->closed == 1);
    documents = std::make_unique<Documents>(
        Documents::Ports{*room.billing, room.accounts, room.usage, Issuer{.name = "Example Ltd"}, "", nullptr});
  }
  Result<StoredCredit> credit(const CreditAsk& ask, Instant now = kMarch) {
    return documents->credit({1}, kNumber, ask, now, {"finance@example.com", ask.reason});
  }
  std::string balance(const std::string& code) {
    const auto all = room.database->read([](db::Connection& c) { return ledger::balances(c, {1}); }).value();
    const auto found = std::ranges::find(all, code, &ledger::Balance::code);
    return found == all.end() ? "none" : found->minor.str();
  }
  Result<std::int64_t> proof() {
    TRY_VOID(room.database->read([](db::Connection& c) { return ledger::verify(c); }));
    return room.database->read([](db::Connection& c) { return verify_credits(c); });
  }
  Room room;
  std::unique_ptr<Documents> documents;
};

TEST_F(CreditTest, AVoidTakesEverythingBackAndTheInvoiceStaysAsItWas) {
  const StoredInvoice before = room.billing->invoice({1}, kNumber).value().value();
  EXPECT_EQ(balance("receivable"), "48654");
  const auto note = credit(all_of_it());
  ASSERT_TRUE(note.ok()) << note.error().to_string();
  EXPECT_EQ(note->number, "CN-2026-000001");
  EXPECT_EQ(note->kind, "void");
  EXPECT_EQ(note->total, before.total);
  for (const char* code : {"receivable", "tax", "revenue:base", "revenue:pcu", "revenue:messages"}) {
    EXPECT_EQ(balance(code), "0") << code;
  }
  EXPECT_EQ(room.billing->invoice({1}, kNumber).value()->document, before.document);
  EXPECT_TRUE(documents->paper_of(before)->voided);
  EXPECT_EQ(credit(all_of_it()).error().code, Errc::conflict);
  EXPECT_EQ(credit(of_total("0.01")).error().code, Errc::conflict);
  EXPECT_EQ(proof().value(), 1);
}

TEST_F(CreditTest, PartsAreNumberedWithoutGapsByTheYearOfTheirIssue) {
  EXPECT_EQ(credit(of_line(1, "40.00"))->total, "42.40");
  EXPECT_EQ(credit(of_line(1, "0.01")).error().code, Errc::conflict);  // leaves no gap
  EXPECT_EQ(credit(of_total("100.00"))->number, "CN-2026-000002");
  EXPECT_EQ(credit(of_line(0, "1.00"), at("2027-01-01T00:00:00+08:00"))->number, "CN-2027-000001");
  const auto last = credit(all_of_it(), at("2027-01-02T00:00:00+08:00"));
  EXPECT_EQ(last->number, "CN-2027-000002");
  EXPECT_EQ(last->total, "343.08");  // 486.54 - 42.40 - 100.00 - 1.06
  EXPECT_EQ(balance("receivable"), "0");
  EXPECT_EQ(balance("tax"), "0");
  EXPECT_EQ(proof().value(), 4);
  EXPECT_EQ(documents->credits({1}, INT64_MAX, 2)->size(), 2U);
  EXPECT_EQ(documents->find_credit({2}, last->number)->has_value(), false);
}

TEST_F(CreditTest, AreNeverChangedOrRemoved) {
  ASSERT_TRUE(credit(of_total("100.00")).ok());
  for (const char* sql : {"update credit_note set total = '0.00'", "delete from credit_note",
                          "update credit_note_line set amount = '0.00'", "delete from credit_note_line"}) {
    EXPECT_FALSE(room.database->write([&](db::Connection& c) { return c.run(sql); }).ok()) << sql;
  }
}

TEST_F(CreditTest, AMonthThatCostNothingCanBeVoidedToo) {
  Room free;
  free.open({1}, "free", kJanuary);
  ASSERT_EQ(free.close().tick(kFebruary + seconds(10))->closed, 1);
  Documents desk({*free.billing, free.accounts, free.usage, std::nullopt, "", nullptr});
  const auto note = desk.credit({1}, kNumber, all_of_it(), kMarch, {"ops", ""});
  ASSERT_TRUE(note.ok()) << note.error().to_string();
  EXPECT_EQ(note->total, "0.00");
  EXPECT_EQ(desk.credit({1}, kNumber, all_of_it(), kMarch, {}).error().code, Errc::conflict);
  EXPECT_EQ(desk.credit({2}, kNumber, all_of_it(), kMarch, {}).error().code, Errc::not_found);
}

TEST_F(CreditTest, IsToldOnceAndAgainWhenTellingFails) {
  ASSERT_TRUE(credit(of_total("100.00")).ok());
  room.outbox.failing = true;
  ASSERT_TRUE(documents->tell_credits(room.outbox, kMarch).ok());
  room.outbox.failing = false;
  ASSERT_TRUE(documents->tell_credits(room.outbox, kMarch + seconds(59)).ok());
  EXPECT_TRUE(room.outbox.credits.empty());
  ASSERT_TRUE(documents->tell_credits(room.outbox, kMarch + seconds(60)).ok());
  ASSERT_TRUE(documents->tell_credits(room.outbox, kMarch + seconds(120)).ok());
  ASSERT_EQ(room.outbox.credits.size(), 1U);
  EXPECT_EQ(room.outbox.credits[0].invoice, kNumber);
  EXPECT_EQ(room.outbox.credits[0].total, "100.00");
}

TEST_F(CreditTest, PrintsInEveryForm) {
  const auto note = credit(of_line(1, "40.00"));
  const auto file = [&](Format format, Language language) {
    return documents->credit_note({1}, note->number, {format, language, "lines"}).value();
  };
  const std::string pdf = testing::pdf_text(file(Format::pdf, Language::en).bytes);
  for (const char* word : {"Credit note", "CN-2026-000001", "PO-2026-000001", "outage", "CNY 42.40", "444.14"}) {
    EXPECT_NE(pdf.find(word), std::string::npos) << word << pdf;
  }
  EXPECT_NE(testing::pdf_text(file(Format::pdf, Language::zh).bytes).find("红字账单"), std::string::npos);
  EXPECT_NE(file(Format::html, Language::zh).bytes.find("42.40"), std::string::npos);
  EXPECT_NE(file(Format::text, Language::en).bytes.find("Total: CNY 42.40"), std::string::npos);
  EXPECT_EQ(file(Format::csv, Language::en).bytes,
            "line,kind,amount,included_tax,currency\r\n1,pcu,40.00,,CNY\r\n,tax,2.40,,CNY\r\ntotal,,42.40,,CNY\r\n");
  EXPECT_EQ(sha256_hex(file(Format::json, Language::en).bytes), note->sha256);
  const auto sheet = testing::sheets_of(file(Format::xlsx, Language::en).bytes, 1)[0];
  EXPECT_EQ(testing::sum_of(sheet, sheet.at("C8").formula), money("42.40"));
  EXPECT_EQ(documents->pdf_of(note->number)->name, "CN-2026-000001.pdf");
  EXPECT_EQ(documents->pdf_of("CN-2026-000009").error().code, Errc::not_found);
}

TEST(CreditRace, OfTwoVoidsAtOnceOneWins) {
  const testing::Scratch scratch;
  Room room(scratch.file("race.db"));
  room.open({1}, "basic", kJanuary);
  ASSERT_EQ(room.close().tick(kFebruary + seconds(10))->closed, 1);
  Documents desk({*room.billing, room.accounts, room.usage, std::nullopt, "", nullptr});
  std::array<std::optional<Errc>, 4> outcomes;
  std::vector<std::thread> threads;
  for (auto& outcome : outcomes) {
    threads.emplace_back([&] {
      const auto note = desk.credit({1}, kNumber, all_of_it(), kMarch, {"ops", ""});
      outcome = note.ok() ? Errc::ok : note.error().code;
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(std::ranges::count(outcomes, std::optional(Errc::ok)), 1);
  EXPECT_EQ(std::ranges::count(outcomes, std::optional(Errc::conflict)), 3);
  EXPECT_EQ(room.database->read([](db::Connection& c) { return verify_credits(c); }).value(), 1);
}

RC_GTEST_PROP(CreditProperty, ASeriesNeverPassesTheInvoiceAndTheLastTakesTheRestExactly, ()) {
  const int digits = *rc::gen::inRange(0, 3);
  const char* const code = digits == 0 ? "JPY" : digits == 1 ? "CNY" : "KWD";
  const Currency currency = *find_currency(code);
  const Rational unit(BigInt(1), power_of_ten(currency.minor_digits));
  const auto amount = [&] { return Rational(*rc::gen::inRange<std::int64_t>(0, 100'000)) * unit; };
  const bool inclusive = *rc::gen::arbitrary<bool>();
  const Rational rate(*rc::gen::inRange<std::int64_t>(0, 30));
  std::vector<std::pair<std::string, std::string>> lines;
  Rational net;
  for (const char* kind : {"base", "messages", "storage"}) {
    const Rational each = amount();
    net += each;
    lines.emplace_back(kind, money_text(each, currency));
  }
  const Rational discount =
      round_money(net * Rational(*rc::gen::inRange<std::int64_t>(0, 50)) / Rational(100), currency);
  lines.emplace_back("discount", money_text(-discount, currency));
  net -= discount;
  const Rational base = inclusive ? Rational(100) + rate : Rational(100);
  lines.emplace_back("tax", money_text(round_money(net * rate / base, currency), currency));
  const Paper paper = paper_in(code, lines, rate.to_plain(), inclusive);
  Credited before;
  Rational sum;
  CreditCheck check(paper);  // What verifies bundles and the store follows each note and no other.
  const auto issued = [&](const CreditDraft& draft) {
    const std::string number = "CN-2026-" + std::to_string(before.notes + 1);
    CreditPaper note = make_credit_paper(paper, draft, "r", number, kMarch, std::nullopt);
    note.left += unit;
    RC_ASSERT(!check.take(credit_json(note), number));
    note.left -= unit;
    RC_ASSERT(!check.take(credit_json(note), number + "0"));
    const auto taken = check.take(credit_json(note), number);
    RC_ASSERT(taken.ok());
    RC_ASSERT(taken->total == draft.total);
  };
  for (int notes = *rc::gen::inRange(0, 8); notes > 0 && !before.voided; --notes) {
    CreditAsk ask{.everything = false, .lines = {}, .amount = {}, .reason = "r"};
    if (*rc::gen::arbitrary<bool>())
      ask.lines = {{*rc::gen::inRange<std::size_t>(0, 4), amount()}};
    else
      ask.amount = amount();
    const auto draft = draft_credit(paper, before, ask);
    if (!draft) {
      RC_ASSERT(draft.error().code == Errc::conflict || draft.error().code == Errc::bad_request);
      continue;
    }
    issued(*draft);
    take(before, paper, *draft);
    sum += draft->total;
    RC_ASSERT(sum <= paper.total);
    RC_ASSERT(!draft->tax.is_negative());
    RC_ASSERT(draft->left == paper.total - sum);
    if (ask.amount) RC_ASSERT(draft->total == *ask.amount);
  }
  if (!before.voided) {
    const auto rest = draft_credit(paper, before, all_of_it());
    RC_ASSERT(rest.ok());
    issued(*rest);
    take(before, paper, *rest);
    sum += rest->total;
  }
  RC_ASSERT(sum == paper.total);
  const PaperLine* tax = paper.line("tax");
  RC_ASSERT(before.tax == tax->amount);
  for (std::size_t i = 0; i + 1 < paper.lines.size(); ++i) RC_ASSERT(before.lines[i] == paper.lines[i].amount);
}

}  // namespace
}  // namespace postage::invoice
