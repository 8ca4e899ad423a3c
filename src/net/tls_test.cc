// TLS with certificates made here.
#include "net/tls.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "net/test_support.h"

namespace postage::net::testing {
namespace {

struct Certificate {
  std::string chain, key;
};

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

Certificate make_certificate(long serial) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_sign(certificate, key, EVP_sha256());
  BIO* chain = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(chain, certificate);
  BIO* secret = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(secret, key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return {text_of(chain), text_of(secret)};
}

struct TlsTest : ::testing::Test {
  Certificate first = make_certificate(1);
  std::unique_ptr<TlsContext> context = TlsContext::create(first.chain, first.key).value();
  SSL_CTX* client = SSL_CTX_new(TLS_client_method());
  std::unique_ptr<TestServer> server;

  void SetUp() override {
    ServerOptions options;
    options.tls = context.get();
    server = std::make_unique<TestServer>(options);
    SSL_CTX_set_session_cache_mode(client, SSL_SESS_CACHE_CLIENT);
  }
  void TearDown() override {
    server.reset();
    SSL_CTX_free(client);
  }
  std::unique_ptr<Peer> websocket(int receive_buffer = 0) const {
    auto peer = std::make_unique<Peer>(server->port(), receive_buffer);
    EXPECT_TRUE(peer->start_tls(client));
    peer->write(kHandshake);
    EXPECT_TRUE(peer->read_head().starts_with("HTTP/1.1 101 "));
    return peer;
  }
};

TEST_F(TlsTest, MessagesOfAllSizesPass) {
  const auto peer = websocket();
  for (const std::size_t size : {0, 1, 16383, 16384, 16385, 70000, 1048576}) {
    const std::string payload(size, 'p');
    std::thread writer([&] { peer->write(text_frame(payload)); });
    writer.join();
    EXPECT_TRUE(peer->read_frame().payload == payload) << size;
  }
}

TEST_F(TlsTest, BothVersionsAndNoOlderOne) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX_set_min_proto_version(client, version);
    SSL_CTX_set_max_proto_version(client, version);
    const auto peer = websocket();
    EXPECT_EQ(SSL_version(peer->ssl()), version);
    peer->write(text_frame("x"));
    EXPECT_EQ(peer->read_frame().payload, "x");
  }
  SSL_CTX_set_min_proto_version(client, TLS1_1_VERSION);
  SSL_CTX_set_max_proto_version(client, TLS1_1_VERSION);
  Peer old(server->port());
  EXPECT_FALSE(old.start_tls(client));
  ERR_clear_error();
}

TEST_F(TlsTest, ASessionIsResumed) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX_set_min_proto_version(client, version);
    SSL_CTX_set_max_proto_version(client, version);
    const auto one = websocket();
    one->write(text_frame("so that the ticket has come"));
    one->read_frame();
    SSL_SESSION* session = SSL_get1_session(one->ssl());
    Peer two(server->port());
    ASSERT_TRUE(two.start_tls(client, session));
    two.write(kHandshake);
    EXPECT_TRUE(two.read_head().starts_with("HTTP/1.1 101 "));
    EXPECT_EQ(SSL_session_reused(two.ssl()), 1) << version;
    SSL_SESSION_free(session);
  }
}

TEST_F(TlsTest, AReloadedCertificateIsForNewConnectionsAndOldOnesGoOn) {
  const auto serial = [](Peer& peer) {
    X509* certificate = SSL_get1_peer_certificate(peer.ssl());
    const long value = ASN1_INTEGER_get(X509_get_serialNumber(certificate));
    X509_free(certificate);
    return value;
  };
  const auto old = websocket();
  const Certificate second = make_certificate(2);
  EXPECT_FALSE(context->reload(second.chain, first.key)) << "a key that is not the certificate's";
  EXPECT_EQ(serial(*websocket()), 1);
  ASSERT_TRUE(context->reload(second.chain, second.key));
  EXPECT_EQ(serial(*websocket()), 2);
  old->write(text_frame("old"));
  EXPECT_EQ(old->read_frame().payload, "old");
}

TEST_F(TlsTest, AlpnChoosesHttp11) {
  static constexpr unsigned char kOffered[] = "\x02h2\x08http/1.1";
  SSL_CTX_set_alpn_protos(client, kOffered, sizeof kOffered - 1);
  const auto peer = websocket();
  const unsigned char* chosen = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(peer->ssl(), &chosen, &length);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), length), "http/1.1");
}

TEST_F(TlsTest, PlainBytesOnATlsPortEndTheConnectionOnly) {
  Peer plain(server->port());
  plain.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  plain.read(1 << 20);  // at most an alert
  EXPECT_TRUE(plain.at_end());
  const auto peer = websocket();
  peer->write(text_frame("x"));
  EXPECT_EQ(peer->read_frame().payload, "x");
}

TEST_F(TlsTest, TheEndIsSaid) {
  const auto peer = websocket();
  peer->write(client_frame(0x88, close_payload(1000)));
  EXPECT_EQ(peer->read_close_code(), 1000);
  EXPECT_TRUE(peer->at_end());
  EXPECT_NE(SSL_get_shutdown(peer->ssl()) & SSL_RECEIVED_SHUTDOWN, 0);
}

TEST_F(TlsTest, ManySmallAndBigMessagesToASlowReaderArriveInOrder) {
  const auto peer = websocket(4096);
  std::string sent, expected;
  constexpr int kMessages = 400;
  for (int i = 0; i < kMessages; ++i)
    sent += text_frame(std::to_string(i) + std::string(static_cast<std::size_t>(i) * 37 % 20000, '.'));
  std::thread writer([&] { peer->write(sent); });
  writer.join();  // All of it fits the server's queue.
  for (int i = 0; i < kMessages; ++i) {
    ASSERT_TRUE(peer->read_frame().payload ==
                std::to_string(i) + std::string(static_cast<std::size_t>(i) * 37 % 20000, '.'))
        << i;
  }
}

TEST(TlsContext, BadPemIsAnErrorWithoutTheKeyInIt) {
  const Certificate good = make_certificate(1);
  EXPECT_EQ(TlsContext::create("", good.key).error().code, Errc::invalid_config);
  EXPECT_EQ(TlsContext::create("nonsense", good.key).error().code, Errc::invalid_config);
  const Error error = TlsContext::create(good.chain, "secret nonsense").error();
  EXPECT_EQ(error.code, Errc::invalid_config);
  EXPECT_EQ(error.detail.find("secret"), std::string::npos);
  EXPECT_EQ(TlsContext::create(good.chain, make_certificate(2).key).error().code, Errc::invalid_config);
  EXPECT_EQ(read_pem_file("/nonexistent/file").error().code, Errc::invalid_config);
}

}  // namespace
}  // namespace postage::net::testing
