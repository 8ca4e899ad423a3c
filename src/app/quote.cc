#include "app/quote.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <ostream>
#include <utility>

#include "catalog/catalog.h"
#include "rating/break_even.h"
#include "rating/rating.h"

namespace postage::app {
namespace {
constexpr std::string_view kUsage =
    "usage: postage quote [--catalogue NAME|FILE] [--plan NAME] --pcu N --messages N (--gb N | --gb-hours N)\n"
    "                     [--quota-of PLAN] [--json]\n"
    "       postage quote --break-even --plan NAME ...\n"
    "Prints the month's invoice for that usage on one plan, or on every plan, cheapest first.\n"
    "--gb X is X GB constant through a 30-day month; --quota-of fills what is not given with that plan's quotas.\n"
    "--break-even: from which usage of each meter on a larger plan is cheaper than NAME, the others as given.\n";

/// Flags as given: name without dashes to value ("" for --json).
using Flags = std::map<std::string, std::string, std::less<>>;

Error wrong(std::string what) { return {Errc::bad_request, std::move(what)}; }

Result<Flags> read_flags(const std::vector<std::string>& args) {
  constexpr std::string_view kValued[] = {"catalogue", "plan", "pcu", "messages", "gb", "gb-hours", "quota-of"};
  Flags flags;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (!args[i].starts_with("--")) return wrong("unexpected argument '" + args[i] + "'");
    const std::size_t equals = args[i].find('=');
    const std::string name = args[i].substr(2, equals == std::string::npos ? equals : equals - 2);
    std::string value;
    if (std::ranges::find(kValued, name) != std::end(kValued)) {
      if (equals != std::string::npos) {
        value = args[i].substr(equals + 1);
      } else if (i + 1 < args.size()) {
        value = args[++i];
      } else {
        return wrong("--" + name + " needs a value");
      }
    } else if ((name != "json" && name != "break-even") || equals != std::string::npos) {
      return wrong("unknown option '" + args[i] + "'");
    }
    if (!flags.emplace(name, value).second) return wrong("--" + name + " is given twice");
  }
  return flags;
}

std::optional<std::string> flag(const Flags& flags, std::string_view name) {
  const auto found = flags.find(name);
  if (found == flags.end()) return std::nullopt;
  return found->second;
}

Result<catalog::CataloguePtr> read_catalogue(const Flags& flags) {
  const std::string name = flag(flags, "catalogue").value_or("cn26");
  auto builtin = catalog::builtin(name);
  if (builtin) return builtin;
  std::ifstream file(name, std::ios::binary);
  if (!file) return wrong("--catalogue: " + builtin.error().detail);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  auto own = catalog::load(text);
  if (!own) return wrong("--catalogue " + name + ": " + own.error().detail);
  return own;
}

Result<Rational> whole(const Flags& flags, std::string_view name) {
  const auto value = parse_decimal(*flag(flags, name));
  const auto number = value ? to_int64(value->value) : std::nullopt;
  if (!number || *number < 0) {
    return wrong("--" + std::string(name) + " must be a whole number from 0 to 9223372036854775807");
  }
  return Rational(*number);
}

Result<Rational> decimal(const Flags& flags, std::string_view name) {
  const auto value = parse_decimal(*flag(flags, name));
  if (!value || value->value.is_negative()) return wrong("--" + std::string(name) + " must be a decimal number from 0 up");
  return value->value;
}

Result<rating::Quantities> read_usage(const Flags& flags, const catalog::Catalogue& catalogue) {
  catalog::PlanPtr filler;
  if (const auto name = flag(flags, "quota-of")) {
    filler = catalogue.find(*name);
    if (!filler) return wrong("--quota-of: unknown plan '" + *name + "'");
  }
  const bool hours = flag(flags, "gb-hours").has_value(), gb = flag(flags, "gb").has_value();
  if (hours && gb) return wrong("give --gb or --gb-hours, not both");
  rating::Quantities usage;
  if (flag(flags, "pcu")) {
    TRY(pcu, whole(flags, "pcu"));
    usage.pcu = pcu;
  } else if (filler) {
    usage.pcu = Rational(filler->quotas.pcu);
  } else {
    return wrong("--pcu is missing");
  }
  if (flag(flags, "messages")) {
    TRY(messages, whole(flags, "messages"));
    usage.messages = messages;
  } else if (filler) {
    usage.messages = Rational(filler->quotas.messages);
  } else {
    return wrong("--messages is missing");
  }
  if (hours) {
    TRY(value, decimal(flags, "gb-hours"));
    usage.storage_gb = value / Rational(720);
  } else if (gb) {
    TRY(value, decimal(flags, "gb"));
    usage.storage_gb = value;
  } else if (filler) {
    usage.storage_gb = filler->quotas.storage_gb;
  } else {
    return wrong("--gb or --gb-hours is missing");
  }
  return usage;
}

/// The first quota of a hard plan that the usage passes, or none.
std::optional<std::string_view> passed_quota(const catalog::Plan& plan, const rating::Quantities& usage) {
  if (!plan.hard()) return std::nullopt;
  if (usage.pcu > Rational(plan.quotas.pcu)) return "PCU";
  if (usage.messages > Rational(plan.quotas.messages)) return "message";
  if (usage.storage_gb > plan.quotas.storage_gb) return "storage";
  return std::nullopt;
}

Result<std::vector<rating::Bill>> quote(const Flags& flags) {
  TRY(catalogue, read_catalogue(flags));
  TRY(usage, read_usage(flags, *catalogue));
  const auto rate_on = [&](const catalog::PlanPtr& plan) {
    rating::MonthInput input;
    input.catalogue = catalogue;
    input.plan = plan;
    input.usage = usage;
    return rating::rate(input);
  };
  std::vector<rating::Bill> bills;
  if (const auto name = flag(flags, "plan")) {
    const auto plan = catalogue->find(*name);
    if (!plan) return wrong("--plan: unknown plan '" + *name + "'");
    if (const auto quota = passed_quota(*plan, usage)) {
      return wrong("plan '" + *name + "' refuses usage above its " + std::string(*quota) + " quota");
    }
    bills.push_back(rate_on(plan));
    return bills;
  }
  for (const catalog::PlanPtr& plan : catalogue->plans) {
    if (!passed_quota(*plan, usage)) bills.push_back(rate_on(plan));
  }
  std::ranges::stable_sort(bills, std::ranges::less{}, &rating::Bill::exact_total);
  return bills;
}

std::string json_text(const std::vector<rating::Bill>& bills) {
  std::string out = "{\"invoices\": [";
  for (std::size_t i = 0; i < bills.size(); ++i) {
    out += i == 0 ? "\n  {" : ",\n  {";
    rating::append_bill_json(out, bills[i]);
    out += '}';
  }
  return out + "]}\n";
}

void pad(std::string& line, std::size_t width) {
  if (line.size() < width) line.append(width - line.size(), ' ');
}

std::string people_text(const std::vector<rating::Bill>& bills) {
  std::string out;
  for (const rating::Bill& bill : bills) {
    out += bill.plan + " (" + bill.catalogue + "): " + money_text(bill.total, bill.currency) + " " +
           std::string(bill.currency.code) + "\n";
    for (const rating::Line& line : bill.lines) {
      std::string row = "  " + std::string(rating::line_kind_name(line.kind));
      pad(row, 14);
      row += money_text(line.amount, bill.currency);
      pad(row, 34);
      if (line.meter) {
        row += line.meter->quantity.to_plain() + " used, " + line.meter->included.to_plain() + " included, " +
               line.meter->overage.to_plain() + " x " + line.meter->unit_price.to_plain();
      }
      out += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
    }
  }
  return out;
}

/// What `--break-even` prints.
Result<std::string> break_even_text(const Flags& flags) {
  TRY(catalogue, read_catalogue(flags));
  TRY(usage, read_usage(flags, *catalogue));
  rating::MonthInput input;
  input.catalogue = catalogue;
  input.plan = catalogue->find(flag(flags, "plan").value_or(""));
  if (!input.plan) return wrong("--break-even needs --plan with a plan of the catalogue");
  input.usage = usage;
  std::string out = input.plan->name + " (" + catalogue->name + "), " + std::string(catalogue->currency.code) + "\n";
  for (const rating::BreakEven& each : rating::break_evens(input)) {
    std::string row = "  " + each.meter;
    pad(row, 14);
    row += each.to->name;
    pad(row, 28);
    if (!each.cheaper_from) {
      row += "never cheaper";
    } else {
      row += "cheaper from " + each.quantity.to_plain() + ": " + each.there.to_plain() + " instead of " + each.here.to_plain();
      if (each.equal_before) row += "; equal just before";
    }
    out += row + "\n";
  }
  return out;
}

/// The whole answer of a call, or what is wrong with it.
Result<std::string> answer(const Flags& flags) {
  if (flag(flags, "break-even")) {
    if (flag(flags, "json")) return wrong("--break-even has no JSON form");
    return break_even_text(flags);
  }
  TRY(bills, quote(flags));
  return flag(flags, "json") ? json_text(bills) : people_text(bills);
}
}  // namespace

int run_quote(const std::vector<std::string>& args, std::istream&, std::ostream& out, std::ostream& err) {
  if (std::ranges::any_of(args, [](const std::string& arg) { return arg == "--help" || arg == "-h"; })) {
    out << kUsage;
    return 0;
  }
  const auto flags = read_flags(args);
  const auto text = flags ? answer(*flags) : Result<std::string>(flags.error());
  if (!text) {
    std::string line = text.error().detail;
    std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
    err << "postage quote: " << line << "\n";
    return 2;
  }
  out << *text;
  return 0;
}

}  // namespace postage::app
