#include "invoice/letter_words.h"

#include <fmt/format.h>

namespace postage::invoice {
namespace {

constexpr Words kEnglish{"Invoice",
                         "Running bill",
                         "Number",
                         "Account",
                         "Month",
                         "Period",
                         "Issued",
                         "As of",
                         "Plan",
                         "Price list",
                         "Item",
                         "Amount",
                         "Total",
                         "the total includes this tax",
                         "Usage by project",
                         "Project",
                         "Peak connections",
                         "Message units",
                         "Storage, GB",
                         "Peak connections are billed as the sum of the projects' own peaks.",
                         "Every line can be recomputed from the signed meter records: postage verify."};
constexpr Words kChinese{"账单",
                         "实时账单",
                         "编号",
                         "账户",
                         "月份",
                         "账期",
                         "开具时间",
                         "截至",
                         "套餐",
                         "价目表",
                         "项目",
                         "金额",
                         "合计",
                         "合计已含此税",
                         "各项目用量",
                         "项目名称",
                         "峰值连接数 (PCU)",
                         "消息数",
                         "存储 (GB)",
                         "峰值连接数按各项目峰值之和计费。",
                         "每一行都可用签名的计量记录重新计算：postage verify。"};

struct Title {
  std::string_view en, zh;
};
constexpr Title kTitles[] = {{"Base fee", "套餐费"},
                             {"Plan change, by days", "套餐变更（按天）"},
                             {"Peak connections (PCU)", "峰值连接数 (PCU)"},
                             {"Messages", "消息数"},
                             {"Storage", "存储"},
                             {"Discount", "折扣"},
                             {"Minimum spend", "最低消费补足"},
                             {"Service credit", "服务补偿"},
                             {"Tax", "税"}};

std::string meter_reason(const RatedMonth& rated, const rating::Line& line, Language language) {
  const rating::MeterPart& part = *line.meter;
  const std::string used = grouped(part.quantity.to_plain()), included = grouped(part.included.to_plain());
  const std::string over = grouped(part.overage.to_plain()), price = part.unit_price.to_plain();
  const bool zh = language == Language::zh;
  switch (rated.input.plan->kind) {
    case catalog::PlanKind::payg:
      return zh ? fmt::format("用量 {}，单价 {}", used, price) : fmt::format("{} used at {} each", used, price);
    case catalog::PlanKind::hard:
      return zh ? fmt::format("用量 {}，套餐包含 {}", used, included)
                : fmt::format("{} used, {} included", used, included);
    case catalog::PlanKind::soft:
      break;
  }
  return zh ? fmt::format("用量 {}，套餐包含 {}，超出 {}，单价 {}", used, included, over, price)
            : fmt::format("{} used, {} included, {} over at {} each", used, included, over, price);
}

}  // namespace

const Words& words(Language language) { return language == Language::zh ? kChinese : kEnglish; }

std::string_view line_title(rating::LineKind kind, Language language) {
  const Title& title = kTitles[static_cast<std::size_t>(kind)];
  return language == Language::zh ? title.zh : title.en;
}

std::string line_reason(const RatedMonth& rated, const rating::Line& line, Language language) {
  if (line.meter) return meter_reason(rated, line, language);
  const rating::MonthInput& input = rated.input;
  switch (line.kind) {
    case rating::LineKind::discount:
      return input.contract.discount_percent.to_plain() + " %";
    case rating::LineKind::sla_credit:
      return input.sla_credit_percent.to_plain() + " %";
    case rating::LineKind::tax: {
      std::string reason = input.tax.rate_percent.to_plain() + " %";
      if (line.inclusive) reason += fmt::format(" ({})", words(language).includes_tax);
      return reason;
    }
    case rating::LineKind::base:
      return input.plan->name;
    default:
      return {};
  }
}

std::string grouped(const std::string& decimal) {
  const std::size_t first = decimal.starts_with('-') ? 1 : 0;
  const std::size_t point = std::min(decimal.find('.'), decimal.size());
  std::string out = decimal.substr(0, first);
  for (std::size_t i = first; i < point; ++i) {
    if (i != first && (point - i) % 3 == 0) out += ',';
    out += decimal[i];
  }
  return out + decimal.substr(point);
}

}  // namespace postage::invoice
