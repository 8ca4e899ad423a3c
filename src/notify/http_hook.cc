#include "notify/http_hook.h"

#include <curl/curl.h>

#include <memory>

#include "base/check.h"

namespace postage::notify {
namespace {

constexpr std::size_t kAnswerMax = 64 * 1024;
constexpr std::size_t kAnswerShown = 200;

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* target) {
  auto& answer = *static_cast<std::string*>(target);
  if (answer.size() + size * count > kAnswerMax) return 0;
  answer.append(bytes, size * count);
  return size * count;
}

/// "errcode":0 of a WeCom robot's answer {"errcode":0,"errmsg":"ok"}.
bool wecom_took_it(std::string_view answer) {
  constexpr std::string_view kName = "\"errcode\"";
  std::size_t at = answer.find(kName);
  if (at == std::string_view::npos) return false;
  at = answer.find_first_not_of(" \t\r\n", at + kName.size());
  if (at == std::string_view::npos || answer[at] != ':') return false;
  at = answer.find_first_not_of(" \t\r\n", at + 1);
  if (at == std::string_view::npos || answer[at] != '0') return false;
  return at + 1 == answer.size() || answer.find_first_of("0123456789.eE", at + 1) != at + 1;
}

Result<void> judge(const HookDraft& hook, long status, const std::string& answer) {
  const std::string shown = answer.substr(0, kAnswerShown);
  if (status < 200 || status > 299) {
    return Error(Errc::unavailable, "status " + std::to_string(status) + (shown.empty() ? "" : ": " + shown));
  }
  if (hook.answer == HookAnswer::wecom && !wecom_took_it(answer)) return Error(Errc::unavailable, "refused: " + shown);
  return {};
}

}  // namespace

HttpHookSender::HttpHookSender(HttpHookSettings settings) : settings_(std::move(settings)) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK(started == CURLE_OK);
}

Result<void> HttpHookSender::send(const HookDraft& hook) {
  TRY_VOID(check_hook(hook));
  const std::unique_ptr<CURL, FreeCurl> call(curl_easy_init());
  CHECK(call != nullptr);
  std::unique_ptr<curl_slist, FreeCurl> headers;
  const auto add = [&](const std::string& line) {
    curl_slist* grown = curl_slist_append(headers.get(), line.c_str());
    CHECK(grown != nullptr);
    (void)headers.release();
    headers.reset(grown);
  };
  add("Content-Type: application/json");
  add("Expect:");
  add("Idempotency-Key: " + hook.key);
  for (const auto& [name, value] : hook.headers) add(name + ": " + value);
  std::string answer;
  CURL* handle = call.get();
  curl_easy_setopt(handle, CURLOPT_URL, hook.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings_.connect_timeout.count()));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(settings_.timeout.count()));
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!settings_.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, settings_.ca_file.c_str());
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "postage");
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_POST, 1L);
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(hook.body.size()));
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, hook.body.data());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
  const CURLcode done = curl_easy_perform(handle);
  // libcurl's own words for what went wrong, never its buffer: that may name the URL, which is a secret of chat robots.
  if (done != CURLE_OK) return Error(Errc::unavailable, curl_easy_strerror(done));
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return judge(hook, status, answer);
}

}  // namespace postage::notify
