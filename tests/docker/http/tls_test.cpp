// tcp:// with the DOCKER_TLS_* variables, against a server that asks for a client certificate as
// `dockerd --tlsverify` does.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <thread>

#include "docker/http/engine.h"
#include "tests/docker/await.h"
#include "tests/support/temporary_folder.h"

namespace fairlead::docker {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Two authorities and what they signed, made once: good/ and other/ each hold ca.pem, cert.pem,
// key.pem; server/ is signed by good's authority, for 127.0.0.1 and localhost.
class Certificates {
 public:
  static const fs::path& folder() {
    static const Certificates made;
    return made.folder_;
  }

 private:
  Certificates() {
    authority("good");
    authority("other");
    sign("good", "good", "clientAuth", "DNS:operator");
    sign("other", "other", "clientAuth", "DNS:operator");
    sign("good", "server", "serverAuth", "IP:127.0.0.1");
  }
  void shell(const std::string& command) const {
    const std::string line = "cd '" + folder_.string() + "' && (" + command + ") 2>>log";
    if (std::system(line.c_str()) != 0) ADD_FAILURE() << "failed: " << command;
  }
  void authority(const std::string& name) const {
    shell("mkdir " + name +
          " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
          "-subj /CN=" +
          name + " -keyout " + name + "/ca-key.pem -out " + name + "/ca.pem");
  }
  void sign(const std::string& by, const std::string& name, const std::string& usage,
            const std::string& subject) const {
    shell(
        "mkdir -p " + name + " && printf 'extendedKeyUsage=" + usage +
        "\\nsubjectAltName=" + subject + "\\n' >" + name +
        "/ext && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + name +
        " -keyout " + name + "/key.pem -out " + name + "/csr && openssl x509 -req -in " + name +
        "/csr -CA " + by + "/ca.pem -CAkey " + by + "/ca-key.pem -CAcreateserial -days 2 " +
        "-extfile " + name + "/ext -out " + name + "/cert.pem");
  }

  test::TemporaryFolder made_;
  fs::path folder_ = made_.path;
};

// Answers /_ping and /info on each connection whose client shows a certificate of good's authority.
class TlsServer {
 public:
  TlsServer() : context_(SSL_CTX_new(TLS_server_method())) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    const std::string folder = Certificates::folder();
    SSL_CTX_use_certificate_chain_file(context_, (folder + "/server/cert.pem").c_str());
    SSL_CTX_use_PrivateKey_file(context_, (folder + "/server/key.pem").c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_load_verify_locations(context_, (folder + "/good/ca.pem").c_str(), nullptr);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    listen(listener_, 8);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
    SSL_CTX_free(context_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::string host(const std::string& name) const {
    return "tcp://" + name + ":" + std::to_string(port_);
  }

 private:
  void serve() {
    for (int fd = 0; (fd = accept(listener_, nullptr, nullptr)) >= 0; close(fd)) {
      SSL* peer = SSL_new(context_);
      SSL_set_fd(peer, fd);
      if (SSL_accept(peer) == 1) answer(peer);
      SSL_free(peer);
    }
  }
  static void answer(SSL* peer) {
    std::string request;
    char byte = 0;
    while (SSL_read(peer, &byte, 1) == 1) {
      request += byte;
      if (!request.ends_with("\r\n\r\n")) continue;
      const bool ping = request.starts_with("GET /_ping ");
      const std::string body = ping ? "OK" : R"({"ID":"E1","ServerVersion":"20.10.24"})";
      const std::string reply =
          "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: " + std::to_string(body.size()) +
          "\r\n\r\n" + body;
      SSL_write(peer, reply.data(), static_cast<int>(reply.size()));
      request.clear();
    }
  }

  SSL_CTX* context_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

class TlsTest : public testing::Test {
 protected:
  // `dockerd`'s client variables, and what comes of them: the engine's ID, or the error's message.
  std::string connect(const std::string& host, const std::string& certificates) {
    const std::map<std::string, std::string> environment = {
        {"DOCKER_HOST", host},
        {"DOCKER_TLS_VERIFY", "1"},
        {"DOCKER_CERT_PATH", (Certificates::folder() / certificates).string()}};
    auto options = http_options_from([&environment](const std::string& name) {
      const auto found = environment.find(name);
      return found == environment.end() ? std::string() : found->second;
    });
    if (!options) return options.error().message;
    options->connect_deadline = std::chrono::seconds(20);
    options->first_byte_deadline = std::chrono::seconds(20);
    auto engine = make_http_engine(io_.get_executor(), *options);
    if (!engine) return engine.error().message;
    auto connected = await(io_, (*engine)->connect());
    return connected ? connected->id : connected.error().message;
  }

  TlsServer server_;
  boost::asio::io_context io_;
};

TEST_F(TlsTest, TalksToAnEngineOfItsOwnAuthority) {
  EXPECT_EQ(connect(server_.host("127.0.0.1"), "good"), "E1");
}

TEST_F(TlsTest, RefusesAnEngineOfAnotherAuthority) {
  EXPECT_THAT(connect(server_.host("127.0.0.1"), "other"), HasSubstr("certificate verify failed"));
}

TEST_F(TlsTest, RefusesACertificateForAnotherHost) {
  EXPECT_THAT(connect(server_.host("localhost"), "good"), HasSubstr("certificate verify failed"));
}

TEST_F(TlsTest, SaysWhichFilesAreMissing) {
  EXPECT_THAT(connect(server_.host("127.0.0.1"), "nowhere"),
              HasSubstr("TLS certificates in " + (Certificates::folder() / "nowhere").string()));
}

// A client without TLS must get an error, and soon: the server waits for a handshake.
TEST_F(TlsTest, PlainTextAgainstTlsFails) {
  HttpOptions options;
  options.host = server_.host("127.0.0.1");
  options.first_byte_deadline = std::chrono::seconds(1);
  auto engine = make_http_engine(io_.get_executor(), options);
  ASSERT_TRUE(engine);
  EXPECT_FALSE(await(io_, (*engine)->connect()));
}

}  // namespace
}  // namespace fairlead::docker
