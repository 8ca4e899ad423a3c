// Sending to a real SMTP server (tests/support/smtp_sink.py) on a free port of this machine.
#include "notify/smtp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "notify/outbox.h"

namespace postage::notify {
namespace {

namespace fs = std::filesystem;
constexpr Instant kNow{seconds(1'800'000'000)};

/// A child process with pipes; ends when its standard input closes.
class Sink {
 public:
  Sink(const fs::path& folder, const std::vector<std::string>& options) {
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) return;
    const fs::path script = fs::path(POSTAGE_SOURCE_DIR) / "tests/support/smtp_sink.py";
    std::vector<std::string> words{"/usr/bin/python3", script.string(), folder.string()};
    words.insert(words.end(), options.begin(), options.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    // What the sink says about refused connections is noise; what matters is in the folder.
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    stdin_ = in[1];
    read_port(out[0]);
    ::close(out[0]);
  }
  ~Sink() {
    ::close(stdin_);
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] std::string port() const { return port_; }

 private:
  void read_port(int from) {
    for (char c = 0; c != '\n';) {
      pollfd wait{from, POLLIN, 0};
      if (::poll(&wait, 1, 30'000) != 1 || ::read(from, &c, 1) != 1) return;
      if (c != '\n') port_ += c;
    }
  }
  pid_t pid_ = 0;
  int stdin_ = -1;
  std::string port_;
};

struct SmtpTest : testing::Test {
  SmtpTest() {
    std::string pattern = fs::temp_directory_path() / "postage_smtp_XXXXXX";
    folder = ::mkdtemp(pattern.data());
  }
  ~SmtpTest() override { fs::remove_all(folder); }

  void start(std::vector<std::string> options = {}) {
    sink.emplace(folder, options);
    ASSERT_FALSE(sink->port().empty()) << "the sink did not start";
    settings.url = "smtp://127.0.0.1:" + sink->port();
    settings.from = "billing@postage.example";
  }
  /// A certificate for 127.0.0.1 that signs itself.
  void make_certificate() {
    const std::string command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=sink "
                                "-addext subjectAltName=IP:127.0.0.1 -keyout " + key() + " -out " + certificate() +
                                " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  std::string certificate() const { return folder / "cert.pem"; }
  std::string key() const { return folder / "key.pem"; }
  Result<void> send(const Mail& mail) {
    TRY(sender, SmtpSender::create(settings));
    return sender.send(mail);
  }
  static Mail mail() {
    return {.to = "ann@example.com", .letter = {.subject = "消息数配额已使用 80 %", .text = "您好：\n.\n..dots\n",
            .html = "<p>您好</p>"}, .message_id = "1.2@postage.local", .at = kNow};
  }
  nlohmann::json kept(int number = 1) const {
    char name[16];
    std::snprintf(name, sizeof name, "%04d.json", number);
    std::ifstream in(folder / name);
    return nlohmann::json::parse(in, nullptr, false);
  }
  static std::string header(const nlohmann::json& mail, const std::string& name) {
    std::string found;
    for (const auto& row : mail["headers"]) {
      if (row[0] == name) found += (found.empty() ? "" : " AND ") + row[1].get<std::string>();
    }
    return found;
  }

  fs::path folder;
  SmtpSettings settings;
  std::optional<Sink> sink;
};

TEST_F(SmtpTest, TextAndHtmlArriveAsTheyWere) {
  start();
  const auto sent = send(mail());
  ASSERT_TRUE(sent) << sent.error().to_string();
  const auto got = kept();
  ASSERT_TRUE(got.is_object());
  EXPECT_EQ(got["mail_from"], "billing@postage.example");
  EXPECT_EQ(got["rcpt_tos"], nlohmann::json({"ann@example.com"}));
  EXPECT_EQ(header(got, "Subject"), "消息数配额已使用 80 %");
  EXPECT_EQ(header(got, "From"), "Postage <billing@postage.example>");
  EXPECT_EQ(header(got, "To"), "ann@example.com");
  EXPECT_EQ(header(got, "Date"), "Fri, 15 Jan 2027 08:00:00 +0000");
  EXPECT_EQ(header(got, "Message-ID"), "<1.2@postage.local>");
  EXPECT_EQ(header(got, "Auto-Submitted"), "auto-generated");
  EXPECT_EQ(header(got, "Mime-Version"), "1.0");
  EXPECT_EQ(got["structure"], nlohmann::json({"multipart/mixed", "multipart/alternative", "text/plain", "text/html"}));
  EXPECT_EQ(got["parts"][0]["text"], "您好：\n.\n..dots\n");
  EXPECT_EQ(got["parts"][1]["text"], "<p>您好</p>");
  EXPECT_LE(got["longest_line"].get<int>(), 100);
}

TEST_F(SmtpTest, LongSubjectsAndAttachmentsArriveWhole) {
  start();
  Mail big = mail();
  big.letter.subject.clear();
  for (int i = 0; i < 120; ++i) big.letter.subject += i % 2 ? "邮" : "x";
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes.push_back(static_cast<char>(i * 31));
  big.attachments = {{"invoice-2026-11.pdf", "application/pdf", bytes}};
  const auto sent = send(big);
  ASSERT_TRUE(sent) << sent.error().to_string();
  const auto got = kept();
  EXPECT_EQ(header(got, "Subject"), big.letter.subject);
  const auto& part = got["parts"][2];
  EXPECT_EQ(part["filename"], "invoice-2026-11.pdf");
  EXPECT_EQ(part["type"], "application/pdf");
  std::string hex;
  for (const char c : bytes) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(c));
    hex += two;
  }
  EXPECT_EQ(part["hex"], hex);
}

TEST_F(SmtpTest, AddedHeadersAreRefusedBeforeAnythingIsSent) {
  start();
  Mail bad = mail();
  bad.letter.subject = "x\r\nBcc: all@example.com";
  EXPECT_EQ(send(bad).error().code, Errc::bad_request);
  bad = mail();
  bad.to = "ann@example.com>\r\nRCPT TO:<all@example.com";
  EXPECT_EQ(send(bad).error().code, Errc::bad_request);
  bad = mail();
  bad.message_id = "x>\r\nBcc: all@example.com";
  EXPECT_EQ(send(bad).error().code, Errc::bad_request);
  EXPECT_FALSE(fs::exists(folder / "0001.json"));
}

TEST_F(SmtpTest, StartTlsIsUsedWhenOffered) {
  make_certificate();
  start({"--tls", certificate(), key(), "--require-starttls"});
  settings.ca_file = certificate();
  const auto sent = send(mail());
  ASSERT_TRUE(sent) << sent.error().to_string();
  EXPECT_EQ(kept()["tls"], true);
}

TEST_F(SmtpTest, AnUnknownCertificateIsRefused) {
  make_certificate();
  start({"--tls", certificate(), key()});
  const auto sent = send(mail());
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::unavailable);
  EXPECT_FALSE(fs::exists(folder / "0001.json"));
}

TEST_F(SmtpTest, SmtpsIsTlsFromTheFirstByte) {
  make_certificate();
  start({"--tls", certificate(), key(), "--smtps"});
  settings.url = "smtps://127.0.0.1:" + sink->port();
  settings.ca_file = certificate();
  const auto sent = send(mail());
  ASSERT_TRUE(sent) << sent.error().to_string();
  EXPECT_EQ(kept()["tls"], true);
}

TEST_F(SmtpTest, UserAndPasswordAreGiven) {
  make_certificate();
  start({"--tls", certificate(), key(), "--require-starttls", "--auth", "postage", "secret word"});
  settings.ca_file = certificate();
  settings.user = "postage";
  settings.password = "secret word";
  const auto sent = send(mail());
  ASSERT_TRUE(sent) << sent.error().to_string();
  EXPECT_EQ(kept()["user"], "postage");
  settings.password = "wrong";
  const auto refused = send(mail());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail.find("wrong"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder / "0002.json"));
}

TEST_F(SmtpTest, ThroughTheOutboxARefusedMailIsSentLater) {
  start({"--refuse", "2", "451"});
  const auto database = std::move(db::Database::open({.path = ":memory:"})).value();
  ASSERT_TRUE(migrate(*database, kNow));
  Outbox outbox(*database);
  ASSERT_TRUE(outbox.add(MailDraft{.key = "k", .kind = "quota", .to = "ann@example.com", .letter = mail().letter}, kNow));
  auto sender = std::move(SmtpSender::create(settings)).value();
  Instant now = kNow;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(outbox.deliver_due(sender, now)->failed, 1);
    now = outbox.list({})->at(0).next_at;
  }
  EXPECT_NE(outbox.attempts(1)->at(0).detail.find("451"), std::string::npos);
  EXPECT_EQ(outbox.deliver_due(sender, now)->sent, 1);
  EXPECT_EQ(header(kept(), "Message-ID").find("<1."), 0u);
  EXPECT_FALSE(fs::exists(folder / "0002.json"));
}

/// Hundred and fifty mails in the outbox of a store on the disk; sends them as the server does, rounds of a hundred.
struct Rounds {
  explicit Rounds(const fs::path& folder)
      : database(std::move(db::Database::open({.path = folder / "store.db"})).value()), outbox(*database) {
    CHECK(migrate(*database, kNow).ok());
    for (int i = 0; i < 150; ++i) {
      MailDraft draft{.key = "k" + std::to_string(i), .kind = "invoice", .to = "ann@example.com"};
      draft.letter = SmtpTest::mail().letter;
      draft.attachments = {{"it.pdf", "application/pdf", std::string(40'000, 'x')}};
      CHECK(outbox.add(draft, kNow).ok());
    }
  }
  std::unique_ptr<db::Database> database;
  Outbox outbox;
};

TEST_F(SmtpTest, OneConnectionCarriesAWholeRound) {
  start();
  Rounds rounds(folder);
  auto sender = std::move(SmtpSender::create(settings)).value();
  const Steady started = system_clock().steady();
  EXPECT_EQ(rounds.outbox.deliver_due(sender, kNow)->sent, 100);
  EXPECT_EQ(rounds.outbox.deliver_due(sender, kNow)->sent, 50);
  const auto took = system_clock().steady() - started;
  RecordProperty("mails_per_second", static_cast<int>(150 * std::chrono::seconds(1) / took));
  EXPECT_EQ(kept(1)["connection"], 1);
  EXPECT_EQ(kept(100)["connection"], 1);
  EXPECT_EQ(kept(101)["connection"], 2);
  EXPECT_EQ(kept(150)["connection"], 2);
}

TEST_F(SmtpTest, AServerThatTakesFewMailsAConnectionGetsAsManyConnections) {
  start({"--per-connection", "20"});
  Rounds rounds(folder);
  auto sender = std::move(SmtpSender::create(settings)).value();
  EXPECT_EQ(rounds.outbox.deliver_due(sender, kNow)->sent, 100);
  EXPECT_EQ(kept(20)["connection"], 1);
  EXPECT_EQ(kept(21)["connection"], 2);
  EXPECT_EQ(kept(100)["connection"], 5);
  EXPECT_EQ(rounds.outbox.list({.state = DeliveryState::waiting})->size(), 50u);
}

TEST_F(SmtpTest, AServerThatIsNotThereOrSaysNothingIsAnError) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  socklen_t size = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  settings.url = "smtp://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  settings.from = "a@b.c";
  settings.timeout = milliseconds(300);
  EXPECT_EQ(send(mail()).error().code, Errc::unavailable);  // Nobody listens.
  ASSERT_EQ(::listen(listener, 1), 0);
  EXPECT_EQ(send(mail()).error().code, Errc::unavailable);  // Someone listens and never speaks.
  ::close(listener);
}

TEST(SmtpSettings, WrongOnesAreNamed) {
  const auto why = [](std::string url, std::string from) {
    const auto made = SmtpSender::create({.url = std::move(url), .from = std::move(from)});
    return made ? std::string("made") : made.error().detail.substr(0, made.error().detail.find(':'));
  };
  EXPECT_EQ(why("smtp://mail.example:587", "a@b.c"), "made");
  EXPECT_EQ(why("smtps://mail.example", "a@b.c"), "made");
  for (const char* url : {"", "mail.example:25", "http://mail.example", "file:///etc/passwd", "smtp://", "smtp://u:p@mail.example"}) {
    EXPECT_EQ(why(url, "a@b.c"), "smtp.url") << url;
  }
  EXPECT_EQ(why("smtp://mail.example", "a@b.c\r\nDATA"), "smtp.from");
}

}  // namespace
}  // namespace postage::notify
