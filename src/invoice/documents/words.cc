#include "invoice/documents/words.h"

#include <fmt/format.h>

#include <algorithm>

namespace postage::invoice {
namespace {

constexpr Words kEnglish{
    .invoice = "Invoice",
    .running_bill = "Running bill",
    .credit_note = "Credit note",
    .draft = "DRAFT",
    .voided = "VOID",
    .number = "Number",
    .account = "Account",
    .month = "Month",
    .period = "Period",
    .issued = "Issued",
    .as_of = "As of",
    .plan = "Plan",
    .catalogue = "Price list",
    .currency = "Currency",
    .item = "Item",
    .amount = "Amount",
    .total = "Total",
    .subtotal = "Subtotal before tax",
    .tax_number = "Tax number",
    .bill_to = "Bill to",
    .payment = "Payment",
    .tax_inclusive = "prices include tax",
    .tax_exclusive = "tax is added",
    .no_tax = "no tax",
    .usage_by_project = "Usage by project",
    .project = "Project",
    .pcu = "Peak connections",
    .messages = "Message units",
    .storage = "Storage, GB",
    .usage_amount = "Amount",
    .other_lines = "Lines that no project causes (fees, discounts, tax)",
    .sum = "Sum",
    .and_more = "and {} more projects",
    .peak_evidence = "Evidence of the peaks",
    .reached = "Reached",
    .connections = "Connections",
    .connected = "Connected at that instant",
    .since = "since",
    .more_connections = "and {} more",
    .not_listed = "not listed",
    .peak_note = "Peak connections are billed as the sum of the projects' own peaks.",
    .peak_note_simultaneous = "Peak connections are billed as the most connections of the whole account at once.",
    .evidence_note =
        "The instant at which each project reached the month's highest number of open connections, and who was "
        "connected then. The stored document lists up to 50 of them, the meter up to 1,000.",
    .split_note = "Amounts by project are the lines' own amounts, split by usage; they add up to the lines exactly.",
    .proof = "Proof",
    .sha256 = "SHA-256 of this document",
    .meter_key = "Key of the meter's journal",
    .price_list_hash = "SHA-256 of the price list",
    .verify_note = "Every line can be recomputed from the signed meter records: postage verify.",
    .verify_bytes =
        "The hash is of the stored document, byte for byte: GET /v1/accounts/{}/invoices/{}/document | sha256sum",
    .draft_note = "This is not an invoice: usage up to the instant above, rated as the invoice will be.",
    .void_note = "This invoice is void. Credit notes take back all of it: {}",
    .credited_note = "Credited in part: {}",
    .day = "Day",
    .highest = "Most connections",
    .days_note = "By day",
    .rest_of_month = "rest of the month",
    .for_invoice = "For invoice",
    .reason = "Reason",
    .line = "Line",
    .credited_after = "Left of the invoice",
    .invoice_total = "Invoice total",
    .tax = "Tax",
    .verify_credit =
        "The hash is of the stored document, byte for byte: GET /v1/accounts/{}/credit-notes/{}/document | "
        "sha256sum",
};
constexpr Words kChinese{
    .invoice = "账单",
    .running_bill = "实时账单",
    .credit_note = "红字账单",
    .draft = "草稿",
    .voided = "作废",
    .number = "编号",
    .account = "账户",
    .month = "账期月份",
    .period = "账期",
    .issued = "开具日期",
    .as_of = "截至",
    .plan = "套餐",
    .catalogue = "价目表",
    .currency = "币种",
    .item = "费用项目",
    .amount = "金额",
    .total = "合计",
    .subtotal = "税前小计",
    .tax_number = "税号",
    .bill_to = "客户",
    .payment = "付款信息",
    .tax_inclusive = "价格含税",
    .tax_exclusive = "价格不含税，税额另计",
    .no_tax = "不计税",
    .usage_by_project = "各项目用量",
    .project = "项目",
    .pcu = "峰值连接数",
    .messages = "消息数",
    .storage = "存储 (GB)",
    .usage_amount = "金额",
    .other_lines = "不按项目分摊的费用（套餐费、折扣、税等）",
    .sum = "合计",
    .and_more = "另有 {} 个项目",
    .peak_evidence = "峰值凭据",
    .reached = "达到时刻",
    .connections = "连接数",
    .connected = "当时在线的连接",
    .since = "始于",
    .more_connections = "另有 {} 个",
    .not_listed = "未列出",
    .peak_note = "峰值连接数按各项目自身峰值之和计费。",
    .peak_note_simultaneous = "峰值连接数按整个账户同时在线的最大连接数计费。",
    .evidence_note =
        "各项目当月同时在线连接数达到最高的时刻，以及当时在线的用户。账单原文最多列出 50 个连接，计量记录最多保留 "
        "1,000 个。",
    .split_note = "各项目金额由对应费用行按用量拆分而来，相加与该行金额完全一致。",
    .proof = "核验信息",
    .sha256 = "账单原文 SHA-256",
    .meter_key = "计量日志签名公钥指纹",
    .price_list_hash = "价目表 SHA-256",
    .verify_note = "每一行都可用已签名的计量记录重新计算：postage verify。",
    .verify_bytes = "哈希值针对所存账单原文的全部字节：GET /v1/accounts/{}/invoices/{}/document | sha256sum",
    .draft_note = "本页不是正式账单：按截至上述时刻的用量计算，计算方法与正式账单完全相同。",
    .void_note = "本账单已作废，已由以下红字账单全额冲销：{}",
    .credited_note = "已部分冲销：{}",
    .day = "日期",
    .highest = "最大连接数",
    .days_note = "按日用量",
    .rest_of_month = "当月其余",
    .for_invoice = "对应账单",
    .reason = "原因",
    .line = "行",
    .credited_after = "账单剩余金额",
    .invoice_total = "账单合计",
    .tax = "税额",
    .verify_credit = "哈希值针对所存红字账单原文的全部字节：GET /v1/accounts/{}/credit-notes/{}/document | sha256sum",
};

struct Title {
  std::string_view kind, en, zh;
};
constexpr Title kTitles[] = {{"base", "Base fee", "套餐费"},
                             {"bundle", "Bundle", "资源包"},
                             {"volume_discount", "Volume discount", "用量折扣"},
                             {"proration", "Plan change, by days", "套餐变更（按天）"},
                             {"pcu", "Peak connections (PCU)", "峰值连接数 (PCU)"},
                             {"messages", "Messages", "消息数"},
                             {"storage", "Storage", "存储"},
                             {"discount", "Discount", "折扣"},
                             {"minimum", "Minimum spend", "最低消费补足"},
                             {"sla_credit", "Service credit", "服务补偿"},
                             {"tax", "Tax", "税"}};

/// What was used: "501 connections at the peak".
std::string used_text(std::string_view kind, const Rational& quantity, Language language) {
  const std::string number = grouped(quantity.to_plain());
  const bool zh = language == Language::zh;
  if (kind == "pcu")
    return zh ? fmt::format("峰值 {} 个连接", number) : fmt::format("{} connections at the peak", number);
  if (kind == "messages") return zh ? fmt::format("{} 条消息", number) : fmt::format("{} message units", number);
  if (kind == "storage") {
    return zh ? fmt::format("月均存储 {} GB", number) : fmt::format("{} GB on average over the month", number);
  }
  return number;
}

/// "1,000,000 x CNY 0.00002 (CNY 20.00 per million)".
std::string times_text(const Paper& paper, const PaperLine& line, Language language) {
  const PaperMeter& meter = *line.meter;
  std::string text =
      fmt::format("{} × {}", grouped(meter.overage.to_plain()), price_text(meter.unit_price, paper.currency));
  if (line.kind != "messages") return text;
  const std::string million = price_text(meter.unit_price * Rational(1'000'000), paper.currency);
  text +=
      language == Language::zh ? fmt::format("（每百万条 {}）", million) : fmt::format(" ({} per million)", million);
  return text;
}

std::string meter_reason(const Paper& paper, const PaperLine& line, Language language) {
  const PaperMeter& meter = *line.meter;
  const bool zh = language == Language::zh;
  const std::string used = used_text(line.kind, meter.quantity, language);
  if (meter.included.is_zero() && meter.quantity == meter.overage) {  // Every unit is billed.
    if (meter.quantity.is_zero()) return used;
    return zh ? fmt::format("{}，{}", used, times_text(paper, line, language))
              : fmt::format("{}, {}", used, times_text(paper, line, language));
  }
  const std::string included = grouped(meter.included.to_plain());
  const std::string begin =
      zh ? fmt::format("{}，套餐包含 {}", used, included) : fmt::format("{}, {} included", used, included);
  if (meter.overage.is_zero()) return begin;
  return zh ? fmt::format("{}，超出 {}", begin, times_text(paper, line, language))
            : fmt::format("{}, {}", begin, times_text(paper, line, language));
}

/// What the lines above a discount add up to.
Rational sum_above(const Paper& paper, const PaperLine& line) {
  Rational sum;
  for (const PaperLine& each : paper.lines) {
    if (&each == &line) break;
    if (!each.inclusive) sum += each.amount;
  }
  return sum;
}

std::string percent_of(const Rational& percent, const Rational& base, const Paper& paper, Language language) {
  const std::string of = price_text(base, paper.currency);
  return language == Language::zh ? fmt::format("{} 的 {} %", of, percent.to_plain())
                                  : fmt::format("{} % of {}", percent.to_plain(), of);
}

std::string bundle_reason(const Paper& paper, const PaperLine& line, Language language) {
  const auto found = std::ranges::find(paper.bundles, line.name, &PaperBundle::name);
  if (found == paper.bundles.end()) return line.name;
  std::string parts;
  for (const auto& [count, unit] :
       {std::pair(&found->pcu, "PCU"), std::pair(&found->messages, language == Language::zh ? "条消息" : "messages"),
        std::pair(&found->storage_gb, "GB")}) {
    if (count->empty() || *count == "0") continue;
    parts += fmt::format("{}{} {}", parts.empty() ? "" : language == Language::zh ? "、" : ", ", grouped(*count), unit);
  }
  return fmt::format(fmt::runtime(language == Language::zh ? "{}（含 {}）" : "{} (includes {})"), line.name, parts);
}

std::string volume_reason(const Paper& paper, Language language) {
  const bool zh = language == Language::zh;
  std::string reason = paper.volume_whole ? (zh ? "全额累计" : "on the whole fee") : (zh ? "分段累进" : "graduated");
  for (const PaperTier& tier : paper.volume_tiers) {
    reason += zh ? fmt::format("；{} 起 {} %", grouped(tier.from), tier.percent)
                 : fmt::format("; from {}: {} %", grouped(tier.from), tier.percent);
  }
  return reason;
}

std::string sla_reason(const Paper& paper, const PaperLine& line, Language language) {
  const std::string credit = percent_of(paper.sla_credit_percent, sum_above(paper, line), paper, language);
  if (!paper.sla) return credit;
  const PaperSla& sla = *paper.sla;
  const std::string up = sla.uptime_percent.to_plain(4), target = sla.target_percent.to_plain();
  const std::string down = grouped(sla.down.to_plain()), all = grouped(sla.minutes.to_plain());
  return language == Language::zh
             ? fmt::format("实测可用率 {} %，承诺 {} %（{} 分钟中不可用 {} 分钟）；{}", up, target, all, down, credit)
             : fmt::format("{} % uptime measured, {} % promised ({} of {} minutes down): {}", up, target, down, all,
                           credit);
}

std::string minimum_reason(const Paper& paper, const PaperLine& line, Language language) {
  const bool zh = language == Language::zh;
  const Rational sum = sum_above(paper, line) + line.amount;
  const std::string to = price_text(sum, paper.currency);
  if (!paper.minimum_spend || *paper.minimum_spend == sum) {
    return zh ? fmt::format("补足至约定的最低消费 {}", to) : fmt::format("up to the agreed minimum of {}", to);
  }
  // A minimum before discounts: they are of it too.
  const std::string fee = price_text(*paper.minimum_spend, paper.currency);
  return zh ? fmt::format("补足至 {}，即折扣前最低消费 {} 折后的金额", to, fee)
            : fmt::format("up to {}, the agreed minimum of {} less the discounts", to, fee);
}

std::string tax_reason(const Paper& paper, const PaperLine& line, Language language) {
  if (!line.inclusive) return percent_of(paper.tax_percent, sum_above(paper, line), paper, language);
  const std::string net = price_text(paper.total - line.amount, paper.currency);
  const std::string percent = paper.tax_percent.to_plain();
  return language == Language::zh ? fmt::format("税率 {} %，已含在合计中；不含税金额 {}", percent, net)
                                  : fmt::format("{} %, included in the total; net amount {}", percent, net);
}

}  // namespace

Language language_of(std::string_view locale) { return locale.starts_with("zh") ? Language::zh : Language::en; }

const Words& words(Language language) { return language == Language::zh ? kChinese : kEnglish; }

std::string line_title(std::string_view kind, Language language) {
  const auto found = std::ranges::find(kTitles, kind, &Title::kind);
  if (found != std::end(kTitles)) return std::string(language == Language::zh ? found->zh : found->en);
  std::string plain(kind);
  std::ranges::replace(plain, '_', ' ');
  return plain;
}

std::string line_reason(const Paper& paper, const PaperLine& line, Language language) {
  if (line.meter) return meter_reason(paper, line, language);
  const bool zh = language == Language::zh;
  if (line.kind == "base") return zh ? paper.plan_title.zh : paper.plan_title.en;
  if (line.kind == "discount" && !paper.discount_percent.is_zero()) {
    return percent_of(paper.discount_percent, sum_above(paper, line), paper, language);
  }
  if (line.kind == "minimum") return minimum_reason(paper, line, language);
  if (line.kind == "bundle") return bundle_reason(paper, line, language);
  if (line.kind == "volume_discount") return volume_reason(paper, language);
  if (line.kind == "sla_credit") return sla_reason(paper, line, language);
  if (line.kind == "tax") return tax_reason(paper, line, language);
  return {};
}

std::string period_text(const Paper& paper) {
  const auto part = [&](Instant at) {
    std::string text = instant_text(at, paper.zone).substr(0, 16);
    std::ranges::replace(text, 'T', ' ');
    return text;
  };
  return fmt::format("{} - {}, {}", part(paper.period.start), part(paper.period.end), paper.zone.name());
}

std::string moment_text(Instant at, const Zone& zone) {
  std::string text = instant_text(at, zone).substr(0, 23);
  std::ranges::replace(text, 'T', ' ');
  return text;
}

std::string tax_text(const Paper& paper, Language language) {
  const Words& w = words(language);
  const PaperLine* tax = paper.line("tax");
  if (!tax) return std::string(w.no_tax);
  return std::string(tax->inclusive ? w.tax_inclusive : w.tax_exclusive);
}

}  // namespace postage::invoice
