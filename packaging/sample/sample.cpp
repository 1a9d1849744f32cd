// The program inside the sample image: a few hundred KB, static, no shared library, no shell.
//
//   sample serve            HTTP on $PORT (8080). GET / says who answers;
//                           GET /call?host=NAME&port=N fetches from there: 200 or 502
//   sample get HOST PORT    fetch once; exit 0 when answered, 1 when not
//   sample health           fetch from itself, for a health check
//   sample sleep            wait for SIGTERM
//   sample exit N [TEXT]    say TEXT on stderr, and end with N
//   sample write FILE TEXT  add a line to a file
//
// Names are looked up here: static glibc would need its NSS libraries at run time.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

constexpr int kTimeoutMilliseconds = 2000;

std::string read_file(const char* path) {
  std::string text;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return text;
  char buffer[4096];
  for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;)
    text.append(buffer, n);
  close(fd);
  return text;
}

// Calls `visit` with each line.
template <typename Visit>
void each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    visit(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

std::string_view next_word(std::string_view& line) {
  const auto begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return line = {};
  const auto end = line.find_first_of(" \t", begin);
  const auto word = line.substr(begin, end == std::string_view::npos ? end : end - begin);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end);
  return word;
}

std::string address_from_hosts(std::string_view name) {
  std::string found;
  const auto text = read_file("/etc/hosts");
  each_line(text, [&](std::string_view line) {
    const auto address = next_word(line);
    if (address.find(':') != std::string_view::npos) return;
    for (auto word = next_word(line); !word.empty(); word = next_word(line)) {
      if (word == name && found.empty()) found = address;
    }
  });
  return found;
}

std::string first_nameserver() {
  std::string found;
  const auto text = read_file("/etc/resolv.conf");
  each_line(text, [&](std::string_view line) {
    if (next_word(line) == "nameserver" && found.empty()) found = next_word(line);
  });
  return found;
}

std::string dns_question(std::string_view name) {
  std::string query("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
  while (!name.empty()) {
    const auto dot = name.find('.');
    const auto label = name.substr(0, dot);
    query += static_cast<char>(label.size());
    query += label;
    name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
  }
  return query + std::string("\x00\x00\x01\x00\x01", 5);
}

// The first A record of a reply to `question_size` bytes; "" if there is none.
std::string first_address(std::string_view reply, std::size_t question_size) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(reply[i]); };
  std::size_t at = question_size;
  while (at + 12 <= reply.size()) {
    while (at < reply.size() && byte(at) != 0 && byte(at) < 0xc0)
      at += byte(at) + 1u;
    at += at < reply.size() && byte(at) >= 0xc0 ? 2 : 1;
    if (at + 10 > reply.size()) break;
    const bool is_a = byte(at) == 0 && byte(at + 1) == 1;
    const std::size_t size = byte(at + 8) * 256u + byte(at + 9);
    at += 10;
    char text[INET_ADDRSTRLEN];
    if (is_a && size == 4 && at + 4 <= reply.size() &&
        inet_ntop(AF_INET, reply.data() + at, text, sizeof text) != nullptr) {
      return text;
    }
    at += size;
  }
  return {};
}

bool readable(int fd) {
  pollfd waiting{fd, POLLIN, 0};
  return poll(&waiting, 1, kTimeoutMilliseconds) == 1;
}

std::string address_from_dns(std::string_view name) {
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(53);
  if (inet_pton(AF_INET, first_nameserver().c_str(), &server.sin_addr) != 1) return {};
  const auto query = dns_question(name);
  std::string found;
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  for (int attempt = 0; attempt < 2 && found.empty(); ++attempt) {
    sendto(fd, query.data(), query.size(), 0, reinterpret_cast<sockaddr*>(&server), sizeof server);
    char reply[1500];
    if (!readable(fd)) continue;
    const auto size = recv(fd, reply, sizeof reply, 0);
    if (size <= 0) continue;
    found = first_address(std::string_view(reply, size), query.size());
    break;
  }
  close(fd);
  return found;
}

std::string resolve(const std::string& name) {
  in_addr ignored;
  if (inet_pton(AF_INET, name.c_str(), &ignored) == 1) return name;
  auto address = address_from_hosts(name);
  return address.empty() ? address_from_dns(name) : address;
}

int connect_to(const std::string& address, int port) {
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(static_cast<std::uint16_t>(port));
  if (inet_pton(AF_INET, address.c_str(), &peer.sin_addr) != 1) return -1;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (connect(fd, reinterpret_cast<sockaddr*>(&peer), sizeof peer) == 0) return fd;
  pollfd waiting{fd, POLLOUT, 0};
  int error = 0;
  socklen_t size = sizeof error;
  // A network that isolates drops packets: without the poll this would hang for minutes.
  if (poll(&waiting, 1, kTimeoutMilliseconds) == 1 &&
      getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0) {
    return fd;
  }
  close(fd);
  return -1;
}

// True when HOST:PORT answered an HTTP request; `body` gets what it said.
bool fetch(const std::string& host, int port, std::string& body) {
  const auto address = resolve(host);
  if (address.empty()) {
    body = "no address for " + host + "\n";
    return false;
  }
  const int fd = connect_to(address, port);
  if (fd < 0) {
    body = "no connection to " + host + " (" + address + ")\n";
    return false;
  }
  const std::string request = "GET / HTTP/1.0\r\nHost: " + host + "\r\n\r\n";
  if (write(fd, request.data(), request.size()) < 0) body.clear();
  std::string reply;
  char buffer[1024];
  while (readable(fd)) {
    const auto size = read(fd, buffer, sizeof buffer);
    if (size <= 0) break;
    reply.append(buffer, size);
  }
  close(fd);
  const auto header = reply.find("\r\n\r\n");
  body = header == std::string::npos ? "no reply\n" : reply.substr(header + 4);
  return reply.starts_with("HTTP/1.") && header != std::string::npos;
}

std::string query_value(const std::string& target, const std::string& key) {
  auto begin = target.find(key + "=");
  if (begin == std::string::npos) return {};
  begin += key.size() + 1;
  return target.substr(begin, target.find('&', begin) - begin);
}

std::string who() {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  const char* name = std::getenv("NAME");
  return std::string(name != nullptr ? name : "sample") + " on " + host + "\n";
}

void answer(int fd) {
  char buffer[2048];
  if (!readable(fd)) return;
  const auto size = read(fd, buffer, sizeof buffer);
  if (size <= 0) return;
  const std::string request(buffer, size);
  if (!request.starts_with("GET ")) return;
  const auto target = request.substr(4, request.find(' ', 4) - 4);
  std::string body = who();
  bool ok = true;
  if (target.starts_with("/call?")) {
    ok = fetch(query_value(target, "host"), std::atoi(query_value(target, "port").c_str()), body);
  }
  const std::string reply =
      std::string("HTTP/1.0 ") + (ok ? "200 OK" : "502 Bad Gateway") +
      "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  if (write(fd, reply.data(), reply.size()) < 0) std::perror("write");
}

int port() {
  const char* text = std::getenv("PORT");
  return text != nullptr ? std::atoi(text) : 8080;
}

int serve() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in self{};
  self.sin_family = AF_INET;
  self.sin_port = htons(static_cast<std::uint16_t>(port()));
  if (bind(listener, reinterpret_cast<sockaddr*>(&self), sizeof self) != 0 ||
      listen(listener, 64) != 0) {
    std::perror("listen");
    return 1;
  }
  std::signal(SIGCHLD, SIG_IGN);  // children are reaped by the kernel
  std::printf("serving on port %d\n", port());
  std::fflush(stdout);
  for (;;) {
    const int fd = accept(listener, nullptr, nullptr);
    if (fd < 0) continue;
    if (fork() == 0) {
      answer(fd);
      _exit(0);
    }
    close(fd);
  }
}

int get(const std::string& host, int from_port) {
  std::string body;
  const bool ok = fetch(host, from_port, body);
  std::fputs(body.c_str(), ok ? stdout : stderr);
  return ok ? 0 : 1;
}

int add_line(const char* file, const char* text) {
  const int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return std::perror(file), 1;
  const std::string line = std::string(text) + "\n";
  const bool whole = write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  close(fd);
  return whole ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  // PID 1 has no default signal actions: without a handler SIGTERM would be ignored.
  for (int signal : {SIGTERM, SIGINT})
    std::signal(signal, [](int) { _exit(0); });
  const std::string_view mode = argc > 1 ? argv[1] : "serve";
  if (mode == "serve") return serve();
  if (mode == "get" && argc == 4) return get(argv[2], std::atoi(argv[3]));
  if (mode == "health") return get("127.0.0.1", port());
  if (mode == "exit" && argc >= 3) {
    if (argc > 3) std::fprintf(stderr, "%s\n", argv[3]);
    return std::atoi(argv[2]);
  }
  if (mode == "write" && argc == 4) return add_line(argv[2], argv[3]);
  if (mode == "sleep") {
    for (;;)
      pause();
  }
  std::fputs(
      "usage: sample serve | get HOST PORT | health | sleep | exit N [TEXT] |\n"
      "       write FILE TEXT\n",
      stderr);
  return 2;
}
