#include "invoice/payments/statement_file.h"

#include <gtest/gtest.h>

namespace postage::invoice {
namespace {

const std::string kHead = "id,date,amount,currency,reference,payer,text\n";

TEST(StatementFile, EveryRowIsAnswered) {
  const auto lines = read_statement(kHead +
                                    "T1,2026-02-03,399.00,CNY,PO-2026-000001,\"Acme, Ltd\",thanks\r\n"
                                    "\n"
                                    "T2,2026-02-30,1.00,CNY,x,,\n"
                                    "T3,2026-02-03,-1.00,CNY,x,,\n"
                                    "T4,2026-02-03,1.001,CNY,x,,\n"
                                    "T5,2026-02-03,1.00,QQQ,x,,\n"
                                    "T6,2026-02-03,1.00,CNY,x\n"
                                    ",2026-02-03,1.00,CNY,x,,\n"
                                    "T8,2026-02-03,1.00,CNY,\"a \"\"quoted\"\" one\",,last");
  ASSERT_TRUE(lines.ok()) << lines.error().detail;
  ASSERT_EQ(lines->size(), 8U);
  const IncomingLine& first = lines->front();
  ASSERT_TRUE(first.payment.has_value());
  EXPECT_EQ(first.line, 2);
  EXPECT_EQ(first.payment->payer, "Acme, Ltd");
  EXPECT_EQ(first.payment->amount, Rational(399));
  const std::string_view starts[] = {"date:", "amount:", "amount:", "currency:", "5 cells", "id:"};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_TRUE((*lines)[i + 1].problem.starts_with(starts[i])) << (*lines)[i + 1].problem;
  }
  EXPECT_EQ((*lines)[1].line, 4);
  EXPECT_EQ(lines->back().payment->reference, "a \"quoted\" one");
}

TEST(StatementFile, ColumnsMayStandInAnyOrderAndSomeMayMiss) {
  const auto lines = read_statement("\xEF\xBB\xBF" "amount,id,reference,currency,date\n5,A,CID-7,USD,2026-01-01\n");
  ASSERT_TRUE(lines.ok());
  EXPECT_EQ(lines->front().payment->currency->code, "USD");
  for (const std::string& bad : {std::string("id,date,amount,currency\n"),
                                std::string("id,id,date,amount,currency,reference\n"),
                                std::string("id,date,amount,currency,reference,colour\n"), kHead + "\"open", std::string("\xFF\xFE"),
                                kHead + std::string(3 << 20, 'x'), std::string()}) {
    EXPECT_EQ(read_statement(bad).error().code, Errc::bad_request) << bad.substr(0, 40);
  }
}

TEST(StatementFile, BoundsAreKept) {
  std::string many = kHead;
  for (int i = 0; i < 10'000; ++i) many += "T" + std::to_string(i) + ",2026-01-01,1,CNY,x,,\n";
  EXPECT_EQ(read_statement(many)->size(), 10'000U);
  EXPECT_FALSE(read_statement(many + "T,2026-01-01,1,CNY,x,,\n").ok());
  const auto lines = read_statement(kHead + "T,2026-01-01,1,CNY," + std::string(1001, 'x') + ",,\n" + "T,2026-01-01,1,CNY," +
                                    std::string(501, 'x') + ",,\n" + "T,2026-01-01,1" + std::string(31, '0') + ",CNY,x,,\n");
  ASSERT_EQ(lines->size(), 3U);
  for (const IncomingLine& each : *lines) EXPECT_FALSE(each.payment.has_value());
}

TEST(StatementFile, ReferencesNameAnInvoiceOrAnAccount) {
  EXPECT_EQ(read_reference("rent PO-2026-000017, thanks").invoice, "PO-2026-000017");
  EXPECT_EQ(read_reference("xPO-2026-000017").invoice, "");
  EXPECT_EQ(read_reference("PO-2026-00017").invoice, "");
  EXPECT_EQ(read_reference("PO-2026-000017x").invoice, "");
  EXPECT_EQ(read_reference("for CID-12").account, 12);
  EXPECT_FALSE(read_reference("CID-").account.has_value());
  EXPECT_FALSE(read_reference("CID-0").account.has_value());
  EXPECT_FALSE(read_reference("CID-9999999999999999999").account.has_value());
}

}  // namespace
}  // namespace postage::invoice
