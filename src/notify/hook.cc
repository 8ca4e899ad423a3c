#include "notify/hook.h"

#include <algorithm>

#include "notify/mail_headers.h"

namespace postage::notify {
namespace {

constexpr std::size_t kUrlMax = 2000;
constexpr std::size_t kBodyMax = 256 * 1024;
constexpr std::size_t kHeadersMax = 16;
constexpr std::size_t kHeaderBytesMax = 1000;

bool header_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

std::string_view hook_answer_name(HookAnswer answer) { return answer == HookAnswer::wecom ? "wecom" : "status"; }

Result<void> check_hook(const HookDraft& draft) {
  if (draft.key.empty() || draft.key.size() > 200 || !valid_header_text(draft.key)) {
    return Error(Errc::bad_request, "key: must be 1 to 200 bytes on one line");
  }
  if (draft.kind.empty() || draft.kind.size() > 50) return Error(Errc::bad_request, "kind: must be 1 to 50 bytes");
  const bool http = draft.url.starts_with("http://") || draft.url.starts_with("https://");
  if (!http || draft.url.size() > kUrlMax || !valid_header_text(draft.url)) {
    return Error(Errc::bad_request, "url: must be http:// or https://, at most 2000 bytes");
  }
  const std::string_view host = std::string_view(draft.url).substr(0, draft.url.find('/', 8));
  if (host.find('@') != std::string_view::npos) return Error(Errc::bad_request, "url: must not hold a user");
  if (draft.body.size() > kBodyMax) return Error(Errc::bad_request, "body: must be at most 256 KiB");
  if (draft.headers.size() > kHeadersMax) return Error(Errc::bad_request, "headers: at most 16");
  for (const auto& [name, value] : draft.headers) {
    if (!header_name(name) || !valid_header_text(value) || name.size() + value.size() > kHeaderBytesMax) {
      return Error(Errc::bad_request, "headers: a name is letters, digits and '-', a value one line");
    }
  }
  return {};
}

}  // namespace postage::notify
