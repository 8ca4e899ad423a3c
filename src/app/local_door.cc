#include "app/local_door.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "app/bundle_room.h"
#include "app/open_folder.h"
#include "app/paper_desk.h"
#include "app/store.h"
#include "invoice/rated_month.h"
#include "invoice/store.h"

namespace postage::app {
namespace {

constexpr std::string_view kBillPath = "/local/bill";
constexpr std::string_view kExportPath = "/local/export";
constexpr std::size_t kAnswerMax = invoice::Bundles::kBundleInMemoryMax;
constexpr long kAnswerSecondsMax = 600;  ///< a bundle, or a preview of many accounts, takes its time

Result<std::vector<MonthKey>> read_months(std::string_view text) {
  std::vector<MonthKey> months;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    TRY(month, parse_month(text.substr(at, end - at)));
    months.push_back(month);
    at = end + 1;
  }
  return months;
}

Result<std::string> bill_text(const LocalDoorParts& parts, AccountId account) {
  TRY(month, parts.billing.running(account, parts.clock.wall()));
  return invoice::invoice_json(month);
}

Result<std::string> bundle_text(const LocalDoorParts& parts, AccountId account, std::string_view months_text) {
  if (months_text.empty()) return Error(Errc::bad_request, "?account=N&month=2026-01");
  TRY(months, read_months(months_text));
  return parts.bundles.make(account, months, parts.clock.wall());
}

/// The value of `name` in a query of plain words; empty when it is not there.
std::string_view value_in(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const bool named = pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=';
    if (named) return pair.substr(name.size() + 1);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

Result<std::string> bytes_of(const invoice::Documents& documents, AccountId account, const std::string& month,
                             const invoice::DocumentAsk& ask, Instant now) {
  auto file = month.empty() ? documents.running(account, now, ask) : documents.month(account, month, ask);
  if (!file) return file.error();
  return std::move(file->bytes);
}

net::Response answer_to(const LocalDoorParts& parts, const net::Request& request) {
  const std::string_view query = request.query();
  const std::string_view number = value_in(query, "account");
  std::int64_t account = 0;
  if (std::from_chars(number.data(), number.data() + number.size(), account).ec != std::errc()) {
    return net::Response::problem(400, "?account=N");
  }
  const auto failed = [](const Error& error) {
    return net::Response::problem(error_row(error.code).http, error.to_string());
  };
  net::Response answer;
  answer.headers = {{"Content-Type", "application/octet-stream"}, {"Cache-Control", "no-store"}};
  const bool exported = request.path() == kExportPath;
  if (const std::string_view name = value_in(query, "format"); !exported && !name.empty()) {
    const auto format = invoice::format_of(name);
    if (!format) return net::Response::problem(400, "?format");
    invoice::DocumentAsk ask;
    ask.format = *format;
    const std::string_view language = value_in(query, "language"), table = value_in(query, "table");
    if (!language.empty()) ask.language = invoice::language_of(language);
    if (!table.empty()) ask.table = table;
    const std::string month(value_in(query, "month"));
    auto bytes = bytes_of(parts.documents, AccountId{account}, month, ask, parts.clock.wall());
    if (!bytes) return failed(bytes.error());
    answer.body = std::move(*bytes);
    return answer;
  }
  auto text = exported ? bundle_text(parts, AccountId{account}, value_in(query, "month")) : bill_text(parts, AccountId{account});
  if (!text) return failed(text.error());
  answer.body = std::move(*text);
  return answer;
}

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* target) {
  auto& body = *static_cast<std::string*>(target);
  if (body.size() + size * count > kAnswerMax) return 0;
  body.append(bytes, size * count);
  return size * count;
}

}  // namespace

bool local_secret_fits(std::string_view given, const std::string& secret) {
  constexpr std::string_view kScheme = "Local ";
  if (!given.starts_with(kScheme)) return false;
  given.remove_prefix(kScheme.size());
  return given.size() == secret.size() && CRYPTO_memcmp(given.data(), secret.data(), secret.size()) == 0;
}

Result<std::string> ask_server(const std::string& folder, const std::string& target, const std::string& body_sent) {
  std::ifstream file(folder + "/local.json");
  const auto local = nlohmann::json::parse(file, nullptr, false);
  if (!local.is_object() || !local.contains("url") || !local.contains("secret")) {
    return Error(Errc::unavailable, fmt::format("{} is in use, but its server left no way to ask it (local.json)", folder));
  }
  const std::string url = local["url"].get<std::string>() + target;
  const std::string header = "Authorization: Local " + local["secret"].get<std::string>();
  std::string body;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> call(curl_easy_init(), curl_easy_cleanup);
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(curl_slist_append(nullptr, header.c_str()),
                                                                           curl_slist_free_all);
  curl_easy_setopt(call.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(call.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(call.get(), CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(call.get(), CURLOPT_WRITEDATA, &body);
  if (!body_sent.empty()) {
    curl_easy_setopt(call.get(), CURLOPT_POSTFIELDS, body_sent.c_str());
    curl_easy_setopt(call.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_sent.size()));
  }
  curl_easy_setopt(call.get(), CURLOPT_TIMEOUT, kAnswerSecondsMax);
  curl_easy_setopt(call.get(), CURLOPT_NOSIGNAL, 1L);
  // The secret proves the server as well as us, and the certificate may be for a public name: this is our own machine.
  curl_easy_setopt(call.get(), CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(call.get(), CURLOPT_SSL_VERIFYHOST, 0L);
  const CURLcode code = curl_easy_perform(call.get());
  if (code != CURLE_OK) return Error(Errc::unavailable, fmt::format("{}: {}", url, curl_easy_strerror(code)));
  long status = 0;
  curl_easy_getinfo(call.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status == 200) return body;
  const auto problem = nlohmann::json::parse(body, nullptr, false);
  const Errc code_here = status == 404   ? Errc::not_found
                         : status == 409 ? Errc::conflict
                         : status == 400 ? Errc::bad_request
                         : status == 413 ? Errc::request_too_large
                                         : Errc::unavailable;
  return Error(code_here,
               problem.is_object() ? problem.value("detail", body) : fmt::format("status {}", status));
}

OwnRoute local_route(LocalDoorParts parts) {
  return [parts = std::move(parts)](const net::Request& request, const net::Responder& responder) {
    if (request.path() != kBillPath && request.path() != kExportPath) return false;
    if (request.method != "GET" || !local_secret_fits(request.header("authorization"), parts.secret)) {
      responder(net::Response::problem(401, "this path is for commands on the server's own machine"));
      return true;
    }
    auto kept = std::make_shared<net::Request>(request);
    if (!parts.workers.submit([parts, kept, responder] { responder(answer_to(parts, *kept)); })) {
      responder(net::Response::problem(503, "busy"));
    }
    return true;
  };
}

Result<void> write_local_file(const std::string& folder, const std::string& url, const std::string& secret) {
  const std::string path = folder + "/local.json";
  ::unlink(path.c_str());
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return Error(Errc::store_failed, "cannot write " + path);
  const std::string text = nlohmann::json{{"url", url}, {"secret", secret}}.dump() + "\n";
  const bool whole = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(descriptor);
  return whole ? Result<void>() : Error(Errc::store_failed, "cannot write " + path);
}

Result<std::string> running_bill_of(const DataFolder& folder, AccountId account) {
  TRY(served, folder_has_server(folder.path));
  if (served) return ask_server(folder.path, fmt::format("{}?account={}", kBillPath, account.value), "");
  return with_folder(folder, [&](OpenFolder& open) -> Result<std::string> {
    TRY(month, open.billing.running(account, open.clock.wall()));
    return invoice::invoice_json(month);
  });
}

Result<void> bundle_of(const DataFolder& folder, AccountId account, const std::vector<std::string>& months,
                       const invoice::ByteTaker& take) {
  const std::string joined = fmt::format("{}", fmt::join(months, ","));
  TRY(keys, read_months(joined));
  TRY(served, folder_has_server(folder.path));
  if (served) {
    TRY(text, ask_server(folder.path, fmt::format("{}?account={}&month={}", kExportPath, account.value, joined), ""));
    return take(text);
  }
  const auto done = with_folder(folder, [&](OpenFolder& open) -> Result<std::string> {
    TRY(room, BundleRoom::open(folder.path, open.billing));
    TRY_VOID(room->bundles.write(account, keys, open.clock.wall(), take));
    return std::string();
  });
  TRY_VOID(done);
  return {};
}

Result<std::string> document_of(const DataFolder& folder, AccountId account, const std::string& month,
                                const invoice::DocumentAsk& asked) {
  TRY(served, folder_has_server(folder.path));
  if (served) {
    std::string query = fmt::format("{}?account={}&format={}&table={}", kBillPath, account.value,
                                    invoice::format_names()[static_cast<std::size_t>(asked.format)], asked.table);
    if (asked.language) query += *asked.language == invoice::Language::zh ? "&language=zh" : "&language=en";
    if (!month.empty()) query += "&month=" + month;
    return ask_server(folder.path, query, "");
  }
  return with_folder(folder, [&](OpenFolder& open) {
    const auto documents = make_documents(open.settings, open.billing, open.accounts, open.meter, nullptr);
    return bytes_of(*documents, account, month, asked, open.clock.wall());
  });
}

Result<std::string> invoice_of(const std::string& folder, AccountId account, const std::string& month) {
  TRY(store, open_store(folder, StoreUse::shared, 12, system_clock().wall()));
  TRY(found, store->database->read([&](db::Connection& connection) { return invoice::find_month(connection, account, month); }));
  if (!found) return Error(Errc::not_found, fmt::format("account {} has no invoice for {}", account.value, month));
  return found->document;
}

}  // namespace postage::app
