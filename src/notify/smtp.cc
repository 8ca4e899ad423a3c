#include "notify/smtp.h"

#include <curl/curl.h>

#include <memory>

#include "base/check.h"
#include "notify/mail_headers.h"

namespace postage::notify {
namespace {

struct FreeCurl {
  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Mime = std::unique_ptr<curl_mime, FreeCurl>;
using Url = std::unique_ptr<CURLU, FreeCurl>;

/// A list of lines that grows; curl copies each.
class Lines {
 public:
  void add(const std::string& line) {
    curl_slist* grown = curl_slist_append(list_.get(), line.c_str());
    CHECK(grown != nullptr);
    (void)list_.release();
    list_.reset(grown);
  }
  [[nodiscard]] curl_slist* get() const { return list_.get(); }
  [[nodiscard]] curl_slist* give_away() { return list_.release(); }

 private:
  std::unique_ptr<curl_slist, FreeCurl> list_;
};

void start_curl_once() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK(started == CURLE_OK);
}

/// One part of `url`, or empty.
std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

bool on_this_machine(const std::string& host) {
  return host == "localhost" || host == "[::1]" || host == "::1" || host.starts_with("127.");
}

std::string bracketed(std::string_view address) { return "<" + std::string(address) + ">"; }

void add_body(curl_mime* into, const char* type, const std::string& body) {
  curl_mimepart* part = curl_mime_addpart(into);
  CHECK(part != nullptr && curl_mime_data(part, body.data(), body.size()) == CURLE_OK);
  curl_mime_type(part, type);
  curl_mime_encoder(part, "base64");
}

/// multipart/mixed( multipart/alternative( text, html ), attachments ). Base64 throughout: no line is too long and no
/// server on the way can change a byte.
Mime make_body(CURL* curl, const Mail& mail) {
  Mime mixed(curl_mime_init(curl));
  Mime alternative(curl_mime_init(curl));
  CHECK(mixed && alternative);
  add_body(alternative.get(), "text/plain; charset=utf-8", mail.letter.text);
  if (!mail.letter.html.empty()) add_body(alternative.get(), "text/html; charset=utf-8", mail.letter.html);
  curl_mimepart* texts = curl_mime_addpart(mixed.get());
  CHECK(texts != nullptr && curl_mime_subparts(texts, alternative.get()) == CURLE_OK);
  (void)alternative.release();  // The part owns it now.
  curl_mime_type(texts, "multipart/alternative");
  Lines inline_header;
  inline_header.add("Content-Disposition: inline");
  CHECK(curl_mime_headers(texts, inline_header.give_away(), 1) == CURLE_OK);
  for (const Attachment& attachment : mail.attachments) {
    curl_mimepart* part = curl_mime_addpart(mixed.get());
    CHECK(part != nullptr && curl_mime_data(part, attachment.bytes.data(), attachment.bytes.size()) == CURLE_OK);
    curl_mime_type(part, attachment.media_type.c_str());
    curl_mime_filename(part, attachment.name.c_str());
    curl_mime_encoder(part, "base64");
  }
  return mixed;
}

Lines make_headers(const SmtpSettings& settings, const Mail& mail) {
  Lines headers;
  headers.add("From: " + header_words(settings.from_name) + " " + bracketed(settings.from));
  headers.add("To: " + bracketed(mail.to));
  headers.add("Subject: " + header_words(mail.letter.subject));
  headers.add("Date: " + header_date(mail.at));
  headers.add("Message-ID: " + bracketed(mail.message_id));
  headers.add("Auto-Submitted: auto-generated");
  return headers;
}

/// Where the server is, how it is spoken to and by whom.
void set_server(CURL* handle, const SmtpSettings& settings) {
  const Url url(curl_url());
  CHECK(url && curl_url_set(url.get(), CURLUPART_URL, settings.url.c_str(), 0) == CURLUE_OK);
  const bool plain = url_part(url.get(), CURLUPART_SCHEME) == "smtp";
  const bool local = on_this_machine(url_part(url.get(), CURLUPART_HOST));
  curl_easy_setopt(handle, CURLOPT_URL, settings.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(handle, CURLOPT_PROXY, "");  // Mail goes where the settings say, whatever the environment holds.
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(settings.timeout.count()));
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!settings.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, settings.ca_file.c_str());
  if (plain) {
    const bool must = !settings.user.empty() && !local;
    const long use = must ? CURLUSESSL_ALL : settings.starttls ? CURLUSESSL_TRY : CURLUSESSL_NONE;
    curl_easy_setopt(handle, CURLOPT_USE_SSL, use);
  }
  if (!settings.user.empty()) {
    curl_easy_setopt(handle, CURLOPT_USERNAME, settings.user.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, settings.password.c_str());
  }
}

/// Gives one mail to the server. `ended`: it failed because a connection that carried mails before is over.
Result<void> attempt(CURL* handle, const SmtpSettings& settings, const Mail& mail, bool& ended) {
  curl_easy_reset(handle);  // Keeps the connection, forgets the last mail.
  set_server(handle, settings);
  char problem[CURL_ERROR_SIZE] = "";
  const std::string from = bracketed(settings.from);
  Lines recipients;
  recipients.add(bracketed(mail.to));
  const Lines headers = make_headers(settings, mail);
  const Mime body = make_body(handle, mail);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, problem);
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_MIMEPOST, body.get());
  const CURLcode done = curl_easy_perform(handle);
  long answer = 0, connects = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer);
  curl_easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &connects);
  curl_easy_reset(handle);  // It must not point to what goes out of scope.
  if (done == CURLE_OK) return {};
  const bool lost = done == CURLE_SEND_ERROR || done == CURLE_RECV_ERROR || done == CURLE_GOT_NOTHING;
  ended = connects == 0 && (lost || answer == 421);
  std::string why = problem[0] != '\0' ? problem : curl_easy_strerror(done);
  if (answer != 0) why += " (last answer " + std::to_string(answer) + ")";
  return Error(Errc::unavailable, std::move(why));
}

}  // namespace

Result<SmtpSender> SmtpSender::create(SmtpSettings settings) {
  start_curl_once();
  const Url url(curl_url());
  CHECK(url);
  const bool parsed = curl_url_set(url.get(), CURLUPART_URL, settings.url.c_str(), 0) == CURLUE_OK;
  const std::string scheme = parsed ? url_part(url.get(), CURLUPART_SCHEME) : "";
  if (scheme != "smtp" && scheme != "smtps") {
    return Error(Errc::invalid_config, "smtp.url: must be smtp://host:port or smtps://host:port");
  }
  if (!url_part(url.get(), CURLUPART_USER).empty() || !url_part(url.get(), CURLUPART_PASSWORD).empty()) {
    return Error(Errc::invalid_config, "smtp.url: must not hold a user; set smtp.user and smtp.password_file");
  }
  if (!valid_address(settings.from)) return Error(Errc::invalid_config, "smtp.from: must be an e-mail address");
  if (!valid_header_text(settings.from_name)) return Error(Errc::invalid_config, "smtp: the sender's name must be one line");
  return SmtpSender(std::move(settings));
}

void SmtpSender::Close::operator()(void* connection) const { curl_easy_cleanup(connection); }

Result<void> SmtpSender::send(const Mail& mail) {
  TRY_VOID(check_mail(mail));
  if (!valid_header_text(mail.message_id)) return Error(Errc::bad_request, "message_id: must be one line");
  if (!connection_) connection_.reset(curl_easy_init());
  CHECK(connection_ != nullptr);
  bool ended = false;
  auto done = attempt(connection_.get(), settings_, mail, ended);
  if (!done && ended) {  // Servers take so many mails a connection and no more, or so many seconds.
    connection_.reset(curl_easy_init());
    CHECK(connection_ != nullptr);
    done = attempt(connection_.get(), settings_, mail, ended);
  }
  return done;
}

}  // namespace postage::notify
