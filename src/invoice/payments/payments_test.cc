// Money received: what it pays, what is left, and that the books hold whatever happens in whatever order.
#include "invoice/payments/payments.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "invoice/payments/statement_file.h"
#include "invoice/payments/testing.h"

namespace postage::invoice {
namespace {

using testing::at;
using testing::PaymentRoom;

const Instant kJanuary = at("2026-01-01T00:00:00+08:00");
const Instant kFebruary = at("2026-02-01T00:00:00+08:00");
const Instant kThird = at("2026-02-03T10:00:00+08:00");
const ChangedBy kBy{"finance", "test"};

NewAdjustment sum(const std::string& reference, const std::string& amount, const std::string& invoice = "") {
  return {reference, parse_decimal(amount)->value, invoice};
}

std::string open_of(PaymentRoom& room, AccountId account, const std::string& number) {
  const auto found = room.payments.invoice_payments(account, number, kThird);
  CHECK(found.ok());
  return minor_text(found->due.open, found->currency);
}

struct PaymentsTest : ::testing::Test {
  PaymentsTest() {
    room.open({1}, "basic", kJanuary);
    room.open({2}, "basic", kJanuary);
    room.close_months(at("2026-03-01T00:00:10+08:00"));  // Two invoices of 399.00 each.
  }
  PaymentRoom room;
  Instant now = at("2026-03-02T10:00:00+08:00");
};

TEST_F(PaymentsTest, APaymentPaysTheOldestInvoicesAndTheRestIsCreditThatTheNextConsumes) {
  EXPECT_EQ(room.balance({1}), "-798.00");
  const BookedLine first = room.pay({1}, "TX-1", "500.00", now);
  EXPECT_EQ(first.result, Booking::booked);
  EXPECT_EQ(open_of(room, {1}, "PO-2026-000001"), "0.00");
  EXPECT_EQ(open_of(room, {1}, "PO-2026-000003"), "298.00");
  room.pay({1}, "TX-2", "400.00", now);
  EXPECT_EQ(room.money({1}).credit, 10200);
  EXPECT_EQ(room.money({1}).owed, 0);
  room.close_months(at("2026-04-01T00:00:10+08:00"));
  EXPECT_EQ(room.money({1}).credit, 0);
  EXPECT_EQ(room.money({1}).owed, 29700);
  EXPECT_EQ(room.balance({2}), "-1197.00");
  EXPECT_TRUE(room.books_hold());
}

TEST_F(PaymentsTest, TheSamePaymentTwiceIsBookedOnceAndAnotherUnderItsIdIsRefused) {
  const BookedLine first = room.pay({1}, "TX-1", "500.00", now);
  const BookedLine again = room.pay({1}, "TX-1", "500.00", now + seconds(1));
  EXPECT_EQ(again.result, Booking::repeated);
  EXPECT_EQ(again.payment, first.payment);
  EXPECT_EQ(room.pay({1}, "TX-1", "500.01", now).result, Booking::refused);
  EXPECT_EQ(room.pay({1}, "TX-9", "1.00", now, "USD").result, Booking::refused);
  EXPECT_EQ(room.balance({1}), "-298.00");
  EXPECT_EQ(room.letters.count(MoneyMail::received), 1U);
}

TEST_F(PaymentsTest, AStatementFileIsBookedOnceAndWhatNamesNobodyWaitsInSuspense) {
  const std::string text =
      "id,date,amount,currency,reference\n"
      "B1,2026-03-02,399.00,CNY,PO-2026-000002\n"
      "B2,2026-03-02,100.00,CNY,CID-1\n"
      "B3,2026-03-02,55.00,CNY,hello\n"
      "B4,2026-03-02,12.00,USD,CID-1\n"
      "B5,2026-03-02,nothing,CNY,CID-1\n";
  auto file = StatementFile::open(text);
  const auto lines = room.payments.receive(*file, now, kBy);
  ASSERT_EQ(lines->size(), 5U);
  EXPECT_EQ((*lines)[0].account, AccountId{2});
  EXPECT_EQ((*lines)[1].result, Booking::booked);
  EXPECT_EQ((*lines)[2].result, Booking::suspense);
  EXPECT_EQ((*lines)[2].problem, "reference: names no invoice and no account");
  EXPECT_EQ((*lines)[3].problem, "currency: the account is billed in CNY");
  EXPECT_EQ((*lines)[4].result, Booking::refused);
  auto again = StatementFile::open(text);
  const auto repeated = room.payments.receive(*again, now, kBy);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ((*repeated)[i].result, Booking::repeated);
  EXPECT_EQ(room.balance({1}), "-698.00");
  EXPECT_EQ(room.balance({2}), "-399.00");

  const auto waiting = room.payments.payments(std::nullopt, INT64_MAX, 10);
  ASSERT_EQ(waiting->size(), 2U);
  const std::int64_t third = (*waiting)[1].id;
  EXPECT_EQ(room.payments.assign((*waiting)[0].id, {1}, now, kBy).error().code, Errc::bad_request);
  EXPECT_EQ(room.payments.assign(third, {1}, now, kBy)->account, AccountId{1});
  EXPECT_EQ(room.payments.assign(third, {1}, now, kBy).error().code, Errc::conflict);
  EXPECT_EQ(room.payments.assign(999, {1}, now, kBy).error().code, Errc::not_found);
  EXPECT_EQ(room.balance({1}), "-643.00");
  const auto books = room.database->read([](db::Connection& c) { return ledger::balances(c, kOperatorBooks); });
  for (const ledger::Balance& each : *books) EXPECT_EQ(each.minor, each.currency == "USD" ? (each.code == "cash" ? 1200 : -1200) : 0);
  EXPECT_TRUE(room.books_hold());
}

TEST_F(PaymentsTest, ARefundIsNeverMoreThanTheCreditAndNeverMoreThanWasPaid) {
  room.pay({1}, "TX-1", "900.00", now);
  EXPECT_EQ(room.payments.refund({1}, sum("R1", "102.01"), now, kBy).error().code, Errc::bad_request);
  ASSERT_TRUE(room.payments.refund({1}, sum("R1", "102.00"), now, kBy).ok());
  EXPECT_FALSE(room.payments.refund({1}, sum("R1", "102.00"), now, kBy)->is_new);
  EXPECT_EQ(room.payments.refund({1}, sum("R1", "1.00"), now, kBy).error().code, Errc::conflict);
  ASSERT_TRUE(room.payments.credit({1}, sum("C1", "5000.00"), now, kBy).ok());
  EXPECT_EQ(room.payments.refund({1}, sum("R2", "798.01"), now, kBy).error().code, Errc::bad_request);
  EXPECT_TRUE(room.payments.refund({1}, sum("R2", "798.00"), now, kBy).ok());
  EXPECT_EQ(room.payments.refund({1}, sum("R3", "0.01"), now, kBy).error().code, Errc::bad_request);
  EXPECT_EQ(room.payments.adjustments({1})->size(), 3U);
  EXPECT_TRUE(room.books_hold());
}

TEST_F(PaymentsTest, AWriteOffEndsWhatIsOpenOfOneInvoice) {
  EXPECT_EQ(room.payments.write_off({1}, sum("W1", "399.01", "PO-2026-000003"), now, kBy).error().code, Errc::bad_request);
  EXPECT_EQ(room.payments.write_off({1}, sum("W1", "1.00", "PO-2026-000002"), now, kBy).error().code, Errc::not_found);
  ASSERT_TRUE(room.payments.write_off({1}, sum("W1", "399.00", "PO-2026-000003"), now, kBy).ok());
  EXPECT_EQ(open_of(room, {1}, "PO-2026-000003"), "0.00");
  EXPECT_EQ(open_of(room, {1}, "PO-2026-000001"), "399.00");
  EXPECT_EQ(room.balance({1}), "-399.00");
}

TEST_F(PaymentsTest, AReversedPaymentOpensWhatItPaidNewestFirst) {
  const BookedLine paid = room.pay({1}, "TX-1", "500.00", now);
  ASSERT_TRUE(room.payments.credit({1}, sum("C1", "100.00"), now, kBy).ok());
  ASSERT_TRUE(room.payments.reverse({1}, paid.payment, now, kBy)->reversed);
  EXPECT_EQ(room.payments.reverse({1}, paid.payment, now, kBy).error().code, Errc::conflict);
  EXPECT_EQ(room.payments.reverse({2}, paid.payment, now, kBy).error().code, Errc::not_found);
  EXPECT_EQ(open_of(room, {1}, "PO-2026-000001"), "299.00");
  EXPECT_EQ(open_of(room, {1}, "PO-2026-000003"), "399.00");
  EXPECT_EQ(room.balance({1}), "-698.00");
  EXPECT_EQ(room.money({1}).credit, 0);
}

TEST_F(PaymentsTest, ACreditNoteFromElsewhereReachesTheInvoicesAndWhatIsTooMuchIsCredit) {
  ASSERT_TRUE(room.database->write([&](db::Connection& c) {
    return ledger::post(c, {"credit_note:1", {1}, "CNY", now, "credit note", {{"revenue:base", 90000}, {"receivable", -90000}}});
  }).ok());
  room.pay({1}, "TX-1", "10.00", now);
  EXPECT_EQ(open_of(room, {1}, "PO-2026-000003"), "0.00");
  EXPECT_EQ(room.money({1}).owed, 0);
  EXPECT_EQ(room.money({1}).credit, 11200);
  EXPECT_TRUE(room.books_hold());
}

TEST_F(PaymentsTest, AStatementRunsFromOpeningToClosing) {
  room.pay({1}, "TX-1", "500.00", now);
  ASSERT_TRUE(room.payments.credit({1}, sum("C1", "20.00"), now + seconds(1), kBy).ok());
  const auto shown = room.payments.statement({1}, {2026, 1}, {2026, 4}, now);
  ASSERT_EQ(shown->months.size(), 4U);
  std::string text;
  for (const StatementMonth& month : shown->months) {
    text += month.month.text() + " " + month.opening.str();
    for (const StatementLine& line : month.lines) text += " [" + line.source + " " + line.minor.str() + " = " + line.balance.str() + "]";
    text += " " + month.closing.str() + "\n";
  }
  EXPECT_EQ(text,
            "2026-01 0 0\n"
            "2026-02 0 [invoice:PO-2026-000001 -39900 = -39900] -39900\n"
            "2026-03 -39900 [invoice:PO-2026-000003 -39900 = -79800] [payment:1 50000 = -29800] [credit:1 2000 = -27800] -27800\n"
            "2026-04 -27800 -27800\n");
  EXPECT_EQ(room.payments.statement({1}, {2026, 4}, {2026, 1}, now).error().code, Errc::bad_request);
  EXPECT_EQ(room.payments.statement({1}, {2026, 1}, {2029, 1}, now).error().code, Errc::bad_request);
}

TEST(Payments, SharesOfAnInvoiceAddUpByLargestRemainder) {
  PaymentRoom room;
  room.open({1}, "basic", kJanuary);
  room.usage.set({10}, kJanuary, 0, 25'000'000, 0);
  room.usage.set({11}, kJanuary, 0, 12'500'001, 0);
  room.close_months(kFebruary + seconds(10));
  room.pay({1}, "TX-1", "100.00", kThird);
  const auto shown = room.payments.invoice_payments({1}, "PO-2026-000001", kThird);
  ASSERT_EQ(shown->projects.size(), 2U);
  EXPECT_EQ(shown->projects[0].total + shown->projects[1].total, from_minor(shown->due.total, shown->currency));
  EXPECT_EQ(shown->projects[0].paid.to_fixed(2), "66.67");
  EXPECT_EQ(shown->projects[1].paid.to_fixed(2), "33.33");
  EXPECT_EQ(room.payments.invoice_payments({1}, "PO-2026-000009", kThird).error().code, Errc::not_found);
}

TEST_F(PaymentsTest, OpenInvoicesAreListedByAge) {
  room.pay({1}, "TX-1", "500.00", now);  // The January invoice, and 101.00 of the one of February.
  const auto shown = [&](const char* when) {
    const auto found = room.payments.open_invoices({1}, at(when));
    CHECK(found.ok());
    std::string text = minor_text(found->open, found->currency);
    for (const BigInt& age : found->age) text += " " + minor_text(age, found->currency);
    for (const auto& row : found->rows) {
      text += fmt::format(" [{} {} {} after {} d]", row.due.number, row.month,
                          minor_text(row.due.open, found->currency), row.days);
    }
    return text;
  };
  EXPECT_EQ(shown("2026-03-31T23:00:00+08:00"), "298.00 298.00 0.00 0.00 0.00 [PO-2026-000003 2026-02 298.00 after 30 d]");
  EXPECT_EQ(shown("2026-04-01T01:00:00+08:00"), "298.00 0.00 298.00 0.00 0.00 [PO-2026-000003 2026-02 298.00 after 31 d]");
  room.close_months(at("2026-04-01T00:00:10+08:00"));
  EXPECT_EQ(shown("2026-06-01T01:00:00+08:00"),
            "697.00 0.00 0.00 399.00 298.00 [PO-2026-000003 2026-02 298.00 after 92 d] "
            "[PO-2026-000005 2026-03 399.00 after 61 d]");
  room.pay({1}, "TX-2", "697.00", now);
  EXPECT_EQ(shown("2026-06-01T01:00:00+08:00"), "0.00 0.00 0.00 0.00 0.00");
}

// Z22: other systems need a "precision" line between a bill of eight decimals and a payment of two; here lines are printed
// amounts, their sum is the total, and the payment of the total leaves nothing.
TEST(Payments, Z22TheSumOfTheLinesIsTheTotalIsThePayment) {
  PaymentRoom room;
  room.open({1}, "basic", kJanuary);
  room.usage.set({10}, kJanuary, 777, 31'234'567, 4'321'987'654);
  ASSERT_TRUE(room.billing->set_tax({1}, rating::Tax{6, false}, kJanuary, kBy).ok());
  room.close_months(kFebruary + seconds(10));
  const StoredInvoice invoice = room.billing->invoices({1}, INT64_MAX, 1)->front();
  const auto lines = room.billing->lines(invoice.id);
  Rational total;
  for (const StoredLine& line : *lines) total += parse_decimal(line.amount)->value;
  EXPECT_EQ(total.to_fixed(2), invoice.total);
  room.pay({1}, "TX-1", invoice.total, kThird);
  EXPECT_EQ(room.balance({1}), "0.00");
  EXPECT_EQ(room.money({1}).owed, 0);
}

TEST(Payments, TwoPaymentsAtOnceAndATickNeverLoseOrDoubleAnything) {
  const std::string path = ::testing::TempDir() + "payments_race.db";
  std::remove(path.c_str());
  {
    PaymentRoom room(testing::classic(), path);
    room.open({1}, "basic", kJanuary);
    room.control(at("2026-02-10T23:59:59+08:00"));
    const Instant eleventh = at("2026-02-11T00:00:00+08:00");
    std::thread ticks([&] {
      for (int i = 0; i < 20; ++i) CHECK(room.payments.tick(eleventh + seconds(i)).ok());
    });
    const auto pay = [&](const std::string& prefix) {
      for (int i = 0; i < 20; ++i) room.pay({1}, prefix + std::to_string(i % 10), "19.95", eleventh + seconds(i));
    };
    std::thread one(pay, "A"), two(pay, "B");
    ticks.join();
    one.join();
    two.join();
    EXPECT_EQ(room.balance({1}), "0.00");
    EXPECT_EQ(room.state({1}, eleventh + seconds(30)), ArrearsState::clear);
    EXPECT_FALSE(room.doors.closed[{1}]);
    EXPECT_TRUE(room.books_hold());
  }
  std::remove(path.c_str());
}

/// Ports that end the process at the n-th call: in the middle of a transaction (audit, letter) and after it (doors).
class Killer final : public db::AuditTrail, public MoneyOutbox, public AccountDoors {
 public:
  explicit Killer(int calls) : left_(calls) {}
  Result<void> note_in(db::Connection&, const db::ChangeNote&, Instant) override { return step(); }
  Result<void> tell(db::Connection&, const MoneyNotice&, Instant) override { return step(); }
  Result<void> set_in_arrears(AccountId, bool) override { return step(); }

 private:
  Result<void> step() {
    if (--left_ <= 0) ::kill(::getpid(), SIGKILL);
    return {};
  }
  int left_;
};

// Killed between any two steps of a booking, an account has all of it or nothing; repeated, it has it once.
TEST(Payments, AKillLeavesAllOfAPaymentOrNothing) {
  const std::string path = ::testing::TempDir() + "payments_kill.db";
  const Instant eleventh = at("2026-02-11T00:00:00+08:00");
  for (int calls = 1; calls <= 12; ++calls) {
    std::remove(path.c_str());
    {
      PaymentRoom made(testing::classic(), path);
      made.open({1}, "basic", kJanuary);
      made.control(eleventh);
      EXPECT_TRUE(made.doors.closed[{1}]);
    }
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      PaymentRoom room(testing::classic(), path);
      room.accounts.add({1}, "basic", kJanuary);
      Killer killer(calls);
      Payments dying({*room.database, *room.billing, room.accounts, &killer, &killer, nullptr, &killer}, testing::classic());
      for (int i = 0;; ++i) {
        IncomingPayment payment{"TX-" + std::to_string(i), "2026-02-11", 100, find_currency("CNY"), "", "", "", AccountId{1}};
        ManualPayment provider(std::move(payment));
        CHECK(dying.receive(provider, eleventh + seconds(i + 1), kBy).ok());
      }
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    PaymentRoom room(testing::classic(), path);
    room.accounts.add({1}, "basic", kJanuary);
    EXPECT_TRUE(room.books_hold());
    const auto kept = room.payments.payments(AccountId{1}, INT64_MAX, 1000);
    const auto count = static_cast<std::int64_t>(kept->size());
    EXPECT_EQ(room.money({1}).balance(), count * 10000 - 39900);
    EXPECT_EQ(room.state({1}, eleventh + seconds(60)), count >= 4 ? ArrearsState::clear : ArrearsState::suspended);
    for (int i = 0; i < 5; ++i) room.pay({1}, "TX-" + std::to_string(i), "100.00", at("2026-02-12T00:00:00+08:00"));
    EXPECT_TRUE(room.payments.tick(at("2026-02-12T00:01:01+08:00")).ok());
    // At the tenth call the process dies telling the doors; what was not told is told by the next run.
    EXPECT_TRUE(calls > 10 || room.doors.closed.contains({1})) << calls;
    EXPECT_FALSE(room.doors.closed[{1}]);
    EXPECT_EQ(room.money({1}).balance(), std::max<std::int64_t>(count, 5) * 10000 - 39900);
  }
  std::remove(path.c_str());
}

// Payments, credits, refunds, write-offs, reversals and invoices in any order: the books sum to zero, credit and owed are
// never below zero, what is open of the invoices is what the receivable says, and nothing is open while there is credit.
RC_GTEST_PROP(PaymentsProperty, TheBooksHoldInAnyOrder, ()) {
  PaymentRoom room;
  room.open({1}, "basic", kJanuary);
  Instant now = kJanuary + seconds(1);
  BigInt expected = 0;
  std::vector<std::int64_t> payments;
  const auto steps = *rc::gen::inRange(1, 25);
  for (int i = 0; i < steps; ++i) {
    now += std::chrono::hours(1);
    const auto minor = *rc::gen::inRange(1, 60'000);
    const std::string amount = minor_text(minor, *find_currency("CNY"));
    const std::string reference = "X" + std::to_string(i);
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
        payments.push_back(room.pay({1}, reference, amount, now).payment);
        expected += minor;
        break;
      case 1:
        RC_ASSERT(room.payments.credit({1}, sum(reference, amount), now, kBy).ok());
        expected += minor;
        break;
      case 2:
        if (room.payments.refund({1}, sum(reference, amount), now, kBy)) expected -= minor;
        break;
      case 3: {
        const auto invoices = room.billing->invoices({1}, INT64_MAX, 100);
        if (invoices->empty()) break;
        const auto& chosen = (*invoices)[static_cast<std::size_t>(*rc::gen::inRange(0, 100)) % invoices->size()];
        if (room.payments.write_off({1}, sum(reference, amount, chosen.number), now, kBy)) expected += minor;
        break;
      }
      case 4: {
        if (payments.empty()) break;
        const auto undone = room.payments.reverse({1}, payments.back(), now, kBy);
        if (undone) expected -= undone->minor;
        payments.pop_back();
        break;
      }
      default: {
        const Instant month_end = month_range(month_of(now, Zone::find("Asia/Shanghai").value()), Zone::find("Asia/Shanghai").value()).end;
        now = month_end + seconds(10);
        room.usage.set({10}, month_range(month_of(month_end - milliseconds(1), Zone::find("Asia/Shanghai").value()), Zone::find("Asia/Shanghai").value()).start, 0, 30'000'000 + minor * 1000, 0);
        RC_ASSERT(room.close_months(now) == 1);
        const auto newest = room.billing->invoices({1}, INT64_MAX, 1);
        expected -= to_minor(parse_decimal(newest->front().total)->value, *find_currency("CNY"));
      }
    }
    const AccountMoney money = room.money({1});
    RC_ASSERT(money.balance() == expected);
    RC_ASSERT(money.credit >= 0);
    RC_ASSERT(money.owed >= 0);
    BigInt open = 0;
    const auto dues = room.database->read([](db::Connection& c) { return invoices_due(c, {1}, *find_currency("CNY"), true); });
    for (const InvoiceDue& due : *dues) {
      RC_ASSERT(due.open <= due.total);
      open += due.open;
    }
    RC_ASSERT(open == money.owed);
    RC_ASSERT(money.credit == 0 || open == 0);
  }
  RC_ASSERT(room.books_hold());
}

}  // namespace
}  // namespace postage::invoice
