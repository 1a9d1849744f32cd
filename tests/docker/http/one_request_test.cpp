// Whatever a field holds, one call is one request of the shape that its operation has: no value
// becomes a second request, another path or another member of the query.
#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <map>

#include "docker/http/engine.h"
#include "tests/docker/await.h"
#include "tests/docker/http/scripted_server.h"

namespace fairlead::docker {
namespace {

// Calls one operation with `text` in one of its fields.
using Field = std::function<Status(Engine&, boost::asio::io_context&, const std::string& text)>;

template <typename T>
Status end(boost::asio::io_context& io, Task<Result<T>> task) {
  auto result = await(io, std::move(task));
  if (!result) return std::unexpected(result.error());
  return {};
}

constexpr const char* kSomeId = "0123456789abcdef";

// ---- Every text of the structures that become a body ----

template <typename Spec>
using Set = std::function<void(Spec&, const std::string&)>;

const std::vector<Set<EndpointSpec>> kEndpointTexts = {
    [](EndpointSpec& e, const std::string& t) { e.network_id = t; },
    [](EndpointSpec& e, const std::string& t) { e.network_id = "", e.network_name = t; },
    [](EndpointSpec& e, const std::string& t) { e.aliases = {t}; },
    [](EndpointSpec& e, const std::string& t) { e.ipv4_address = t; },
    [](EndpointSpec& e, const std::string& t) { e.ipv6_address = t; },
    [](EndpointSpec& e, const std::string& t) { e.link_local_ips = {t}; },
    [](EndpointSpec& e, const std::string& t) { e.mac_address = t; },
    [](EndpointSpec& e, const std::string& t) { e.driver_opts = {{t, t}}; },
    [](EndpointSpec& e, const std::string& t) { e.links = {t}; },
};

const std::vector<Set<MountSpec>> kMountTexts = {
    [](MountSpec& m, const std::string& t) { m.type = t; },
    [](MountSpec& m, const std::string& t) { m.source = t; },
    [](MountSpec& m, const std::string& t) { m.target = t; },
    [](MountSpec& m, const std::string& t) { m.type = "bind", m.propagation = t; },
    [](MountSpec& m, const std::string& t) { m.type = "bind", m.recursive = t; },
    [](MountSpec& m, const std::string& t) { m.type = "volume", m.subpath = t; },
    [](MountSpec& m, const std::string& t) { m.type = "volume", m.labels = {{t, t}}; },
};

const std::vector<Set<ContainerSpec>> kContainerTexts = {
    [](ContainerSpec& s, const std::string& t) { s.name = t; },
    [](ContainerSpec& s, const std::string& t) { s.image = t; },
    [](ContainerSpec& s, const std::string& t) { s.command = {{t}}; },
    [](ContainerSpec& s, const std::string& t) { s.entrypoint = {{t}}; },
    [](ContainerSpec& s, const std::string& t) { s.env = {t}; },
    [](ContainerSpec& s, const std::string& t) { s.labels = {{t, t}}; },
    [](ContainerSpec& s, const std::string& t) { s.ports = {{80, t, t, t}}; },
    [](ContainerSpec& s, const std::string& t) { s.network_mode = t; },
    [](ContainerSpec& s, const std::string& t) { s.restart = RestartPolicy{t, 1}; },
    [](ContainerSpec& s, const std::string& t) { s.health = HealthSpec{.test = {t}}; },
    [](ContainerSpec& s, const std::string& t) { s.user = t; },
    [](ContainerSpec& s, const std::string& t) { s.working_dir = t; },
    [](ContainerSpec& s, const std::string& t) { s.hostname = t; },
    [](ContainerSpec& s, const std::string& t) { s.settings["Config.StopSignal"] = t; },
    [](ContainerSpec& s, const std::string& t) { s.extra_hosts = {t}; },
    [](ContainerSpec& s, const std::string& t) { s.cap_add = {t}, s.cap_drop = {t}; },
    [](ContainerSpec& s, const std::string& t) { s.platform = t.empty() ? "none" : t; },
    [](ContainerSpec& s, const std::string& t) { s.settings["Config.Domainname"] = t; },
    [](ContainerSpec& s, const std::string& t) { s.settings["HostConfig.Runtime"] = t; },
};

const std::vector<Set<NetworkSpec>> kNetworkTexts = {
    [](NetworkSpec& s, const std::string& t) { s.name = t; },
    [](NetworkSpec& s, const std::string& t) { s.driver = t; },
    [](NetworkSpec& s, const std::string& t) { s.options = {{t, t}}; },
    [](NetworkSpec& s, const std::string& t) { s.labels = {{t, t}}; },
    [](NetworkSpec& s, const std::string& t) { s.config_from = t; },
    [](NetworkSpec& s, const std::string& t) { s.ipam_driver = t; },
    [](NetworkSpec& s, const std::string& t) { s.ipam_options = {{t, t}}; },
    [](NetworkSpec& s, const std::string& t) { s.ipam = {{t, t, t, {{t, t}}}}; },
};

const std::vector<Set<VolumeSpec>> kVolumeTexts = {
    [](VolumeSpec& s, const std::string& t) { s.name = t; },
    [](VolumeSpec& s, const std::string& t) { s.driver = t; },
    [](VolumeSpec& s, const std::string& t) { s.driver_opts = {{t, t}}; },
    [](VolumeSpec& s, const std::string& t) { s.labels = {{t, t}}; },
};

const std::vector<Set<ExecSpec>> kExecTexts = {
    [](ExecSpec& s, const std::string& t) { s.command = {t}; },
    [](ExecSpec& s, const std::string& t) { s.user = t; },
    [](ExecSpec& s, const std::string& t) { s.working_dir = t; },
    [](ExecSpec& s, const std::string& t) { s.env = {t}; },
};

template <typename Spec, typename Call>
std::vector<Field> each(const std::vector<Set<Spec>>& texts, const Spec& plain, Call call) {
  std::vector<Field> out;
  for (const auto& set : texts) {
    out.push_back([set, plain, call](Engine& engine, auto& io, const std::string& text) {
      Spec spec = plain;
      set(spec, text);
      return end(io, call(engine, spec));
    });
  }
  return out;
}

template <typename T>
Field by_name(Task<Result<T>> (Engine::*method)(std::string)) {
  return [method](Engine& engine, auto& io, const std::string& text) {
    return end(io, (engine.*method)(text));
  };
}

std::vector<Field> container_creates() {
  const ContainerSpec plain{.name = "c", .image = "i:1"};
  const auto create = [](Engine& e, const ContainerSpec& s) { return e.create_container(s); };
  auto out = each<ContainerSpec>(kContainerTexts, plain, create);
  const auto with_mount = [create, plain](Engine& e, const MountSpec& mount) {
    ContainerSpec spec = plain;
    spec.mounts = {mount};
    return create(e, spec);
  };
  const auto with_endpoint = [create, plain](Engine& e, const EndpointSpec& endpoint) {
    ContainerSpec spec = plain;
    spec.endpoints = {endpoint};
    return create(e, spec);
  };
  for (auto& field : each<MountSpec>(kMountTexts, {.type = "volume", .target = "/t"}, with_mount))
    out.push_back(std::move(field));
  for (auto& field : each<EndpointSpec>(kEndpointTexts, {.network_id = kSomeId}, with_endpoint))
    out.push_back(std::move(field));
  return out;
}

std::vector<Field> connects() {
  auto out = each<EndpointSpec>(
      kEndpointTexts, {.network_id = kSomeId},
      [](Engine& e, const EndpointSpec& s) { return e.connect_network(kSomeId, s); });
  out.push_back([](Engine& e, auto& io, const std::string& t) {
    return end(io, e.connect_network(t, {.network_id = kSomeId}));
  });
  return out;
}

std::vector<Field> exec_creates() {
  auto out = each<ExecSpec>(kExecTexts, {.command = {"true"}},
                            [](Engine& e, const ExecSpec& s) { return e.run_exec(kSomeId, s); });
  out.push_back([](Engine& e, auto& io, const std::string& t) {
    return end(io, e.run_exec(t, {.command = {"true"}}));
  });
  return out;
}

using Rows = std::map<Operation, std::vector<Field>>;

std::vector<FileContent> file_at(std::string path) {
  return {{.path = std::move(path), .bytes = std::make_shared<const std::string>("x")}};
}

Rows container_rows() {
  using enum Operation;
  return {
      {kContainerList, {[](Engine& e, auto& io, const std::string& t) {
         return end(io, e.list_containers({t}, ""));
       }}},
      {kContainerInspect, {by_name(&Engine::inspect_container)}},
      {kContainerCreate, container_creates()},
      {kContainerStart, {by_name(&Engine::start_container)}},
      {kContainerStop,
       {[](Engine& e, auto& io, const std::string& t) { return end(io, e.stop_container(t, 1)); }}},
      {kContainerRemove,
       {[](Engine& e, auto& io, const auto& t) { return end(io, e.remove_container(t, false)); },
        [](Engine& e, auto& io, const auto& t) { return end(io, e.remove_container(t, true)); }}},
      {kContainerRename,
       {[](Engine& e, auto& io, const auto& t) { return end(io, e.rename_container(t, "n")); },
        [](Engine& e, auto& io, const auto& t) {
          return end(io, e.rename_container(kSomeId, t));
        }}},
      {kContainerUpdate,
       {[](Engine& e, auto& io, const std::string& t) {
          return end(io, e.update_container(t, {.memory = 1}));
        },
        [](Engine& e, auto& io, const std::string& t) {
          return end(io, e.update_container(kSomeId, {.restart = RestartPolicy{t, 0}}));
        },
        [](Engine& e, auto& io, const std::string& t) {
          const Settings settings{{"HostConfig.CpusetCpus", boost::json::value(t)}};
          return end(io, e.update_container(kSomeId, {.settings = settings}));
        }}},
      {kContainerUnpause, {by_name(&Engine::unpause_container)}},
      {kContainerFiles,
       {[](Engine& e, auto& io, const auto& t) { return end(io, e.put_files(t, file_at("/f"))); },
        [](Engine& e, auto& io, const auto& t) {
          return end(io, e.put_files(kSomeId, file_at("/" + t)));
        }}},
      {kContainerLogs,
       {[](Engine& e, auto& io, const std::string& t) { return end(io, e.container_logs(t, 5)); }}},
      {kExecCreate, exec_creates()},
      {kExecStart, {}},    // AHostileIdFromTheEngineStaysOneSegment
      {kExecInspect, {}},  // AHostileIdFromTheEngineStaysOneSegment
  };
}

Rows other_rows() {
  using enum Operation;
  const auto pull = [](Engine& e, const PullRequest& r) {
    return e.pull_image(r, [](const std::string&) {});
  };
  return {
      {kPing, {[](Engine& e, auto& io, const std::string&) { return end(io, e.ping()); }}},
      {kInfo, {}},    // AHostileVersionNeverReachesAPath
      {kEvents, {}},  // its one target is constant
      {kNetworkList,
       {[](Engine& e, auto& io, const std::string&) { return end(io, e.list_networks("")); }}},
      {kNetworkInspect, {by_name(&Engine::inspect_network)}},
      {kNetworkCreate,
       each<NetworkSpec>(kNetworkTexts, {.name = "n"},
                         [](Engine& e, const NetworkSpec& s) { return e.create_network(s); })},
      {kNetworkRemove, {by_name(&Engine::remove_network)}},
      {kNetworkConnect, connects()},
      {kNetworkDisconnect,
       {[](Engine& e, auto& io, const auto& t) {
          return end(io, e.disconnect_network(t, kSomeId, true));
        },
        [](Engine& e, auto& io, const auto& t) {
          return end(io, e.disconnect_network(kSomeId, t, true));
        }}},
      {kVolumeList, {[](Engine& e, auto& io, const std::string& t) {
         return end(io, e.list_volumes({t}, ""));
       }}},
      {kVolumeInspect, {by_name(&Engine::inspect_volume)}},
      {kVolumeCreate,
       each<VolumeSpec>(kVolumeTexts, {.name = "v"},
                        [](Engine& e, const VolumeSpec& s) { return e.create_volume(s); })},
      {kImageInspect, {by_name(&Engine::inspect_image)}},
      {kImagePull,
       {[pull](Engine& e, auto& io, const auto& t) { return end(io, pull(e, {t, ""})); },
        [pull](Engine& e, auto& io, const auto& t) {
          return end(io, pull(e, {"a:1", t.empty() ? "none" : t}));
        }}},
      {kImageLoad,
       {[](Engine& e, auto& io, const auto& t) { return end(io, e.import_image(t, "x")); },
        [](Engine& e, auto& io, const auto& t) { return end(io, e.import_image("a:1", t)); }}},
  };
}

// Every operation has its row; one that takes no text has none to feed.
Rows operations() {
  auto all = container_rows();
  all.merge(other_rows());
  return all;
}

// ---- The engine at the other end ----

std::string reply_to(const std::string& request) {
  if (request.find("/networks ") != std::string::npos) return "[]";
  if (request.find("/containers/json") != std::string::npos) return "[]";
  return R"({"Id":"x","ID":"x","Name":"x","Volumes":[]})";
}

// The requests that one call sent, each on a connection of its own. Each must end where its length
// says: what is left over would be read as the next one.
std::vector<std::string> requests_of(const Field& field, const std::string& text, Status& result) {
  std::vector<std::string> seen;
  const auto serve = [&seen](Peer& peer) {
    const auto request = peer.read_request();
    if (request.empty()) return;
    EXPECT_EQ(peer.surplus(), "") << request;
    seen.push_back(request);
    peer.reply(200, reply_to(request), "Connection: close\r\n");
  };
  ScriptedServer server({serve, serve, serve, serve});
  {
    boost::asio::io_context io;
    HttpOptions options;
    options.host = server.host();
    auto engine = make_http_engine(io.get_executor(), options);
    EXPECT_TRUE(engine);
    result = field(**engine, io, text);
  }
  server.stop();
  return seen;
}

// "POST /containers/*/rename ?name": segments in place of the value are stars.
std::string shape(const std::string& request) {
  const auto line = request.substr(0, request.find("\r\n"));
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  EXPECT_NE(first, last) << line;
  EXPECT_EQ(line.substr(last), " HTTP/1.1");
  const auto target = line.substr(first + 1, last - first - 1);
  EXPECT_EQ(target.find_first_of(" #\r\n"), std::string::npos) << target;
  const auto question = target.find('?');
  static const std::vector<std::string> kFixed = {
      "containers", "networks", "volumes", "images",     "exec",   "json",
      "create",     "start",    "stop",    "rename",     "update", "unpause",
      "archive",    "logs",     "connect", "disconnect", "_ping"};
  std::string out = line.substr(0, first);
  std::string path = target.substr(0, question);
  while (!path.empty()) {
    EXPECT_EQ(path.front(), '/');
    path.erase(0, 1);
    const auto segment = path.substr(0, path.find('/'));
    path.erase(0, segment.size());
    EXPECT_TRUE(!segment.empty() && segment != "." && segment != "..") << target;
    const bool fixed = std::ranges::find(kFixed, segment) != kFixed.end();
    out += "/" + (fixed ? segment : "*");
  }
  for (std::size_t at = question; at != std::string::npos && at < target.size();
       at = target.find('&', at + 1)) {
    out += " " + target.substr(at + 1, target.find('=', at) - at - 1);
  }
  return out;
}

const std::vector<std::string> kHostile = {
    "\r\n",
    "x\r\n\r\nPOST /containers/create HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}",
    "x HTTP/1.1\r\nX: y",
    "\n",
    "\r",
    std::string("a\0b", 3),
    " ",
    "a b",
    "\t",
    "?",
    "a?force=1",
    "#",
    "a#b",
    "/../",
    "..",
    ".",
    "",
    "a/../../containers/create",
    "%2e%2e%2f",
    "%0d%0a",
    "&name=b",
    "a=b&c=d",
    "\\",
    "\x1b[2J",
    "\xc2\x9b",
    "\xff\xfe",
    "\"},\"HostConfig\":{\"Privileged\":true},\"x\":{\"",
    std::string(5000, 'a'),
};

TEST(OneRequest, TheTableHasEveryOperation) {
  const auto all = operations();
  for (int i = 0; i < kOperationCount; ++i) {
    const auto operation = static_cast<Operation>(i);
    EXPECT_TRUE(all.contains(operation)) << to_string(operation);
  }
}

TEST(OneRequest, ArrivesUnchangedInShapeWhateverAFieldHolds) {
  int refused = 0;
  for (const auto& [operation, fields] : operations()) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const std::string where = std::string(to_string(operation)) + " " + std::to_string(i);
      Status result;
      const auto plain = requests_of(fields[i], "plain", result);
      ASSERT_FALSE(plain.empty()) << where;
      for (const auto& text : kHostile) {
        const auto sent = requests_of(fields[i], text, result);
        if (sent.empty()) {
          // Refused for what it is, not for the engine's sake.
          ++refused;
          ASSERT_FALSE(result) << where;
          EXPECT_EQ(result.error().error_class, ErrorClass::kInvalid) << where << " " << text;
          continue;
        }
        ASSERT_EQ(sent.size(), plain.size()) << where << ": " << testing::PrintToString(sent);
        for (std::size_t k = 0; k < sent.size(); ++k)
          EXPECT_EQ(shape(sent[k]), shape(plain[k])) << where << ": " << sent[k];
      }
    }
  }
  EXPECT_GT(refused, 0);
}

// A body says what it was given, in the place where it was given.
TEST(OneRequest, ABodyHoldsTheTextAsOneValue) {
  for (const auto& text : kHostile) {
    if (text == "\xff\xfe" || text.empty()) continue;
    Status result;
    const auto sent = requests_of(
        [](Engine& e, auto& io, const std::string& t) {
          return end(io, e.create_container({.name = "c", .image = t, .user = t}));
        },
        text, result);
    ASSERT_EQ(sent.size(), 1u);
    const auto body = boost::json::parse(sent[0].substr(sent[0].find("\r\n\r\n") + 4)).as_object();
    EXPECT_EQ(body.at("User").as_string(), text);
    EXPECT_EQ(body.at("Image").as_string(), text);
    EXPECT_TRUE(body.at("HostConfig").as_object().empty());
  }
}

TEST(OneRequest, AnImagesSlashesStaySlashes) {
  Status result;
  const auto sent = requests_of(by_name(&Engine::inspect_image), "127.0.0.1:5000/a/b:1", result);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_THAT(sent[0],
              testing::StartsWith("GET /images/127.0.0.1%3A5000/a/b%3A1/json HTTP/1.1\r\n"));
}

// What the engine itself says is no safer: its version, and the id of an exec.
TEST(OneRequest, AHostileVersionNeverReachesAPath) {
  std::string info;
  ScriptedServer server({[&](Peer& peer) {
    peer.read_request();
    peer.write_text(
        "HTTP/1.1 200 OK\r\nApi-Version: 1.42 HTTP/1.1 x/../y?z\r\nContent-Length: 2\r\n\r\nOK");
    info = peer.read_request();
    peer.reply(200, "{}");
  }});
  boost::asio::io_context io;
  HttpOptions options;
  options.host = server.host();
  auto engine = make_http_engine(io.get_executor(), options);
  static_cast<void>(await(io, (*engine)->connect()));
  EXPECT_TRUE(info.empty() || info.starts_with("GET /v1.42/info HTTP/1.1\r\n")) << info;
}

TEST(OneRequest, AHostileIdFromTheEngineIsNotAskedFor) {
  std::vector<std::string> lines;
  const auto script = [&](Peer& peer) {
    lines.push_back(peer.read_request());
    peer.reply(201, R"({"Id":"a/../b?c#d\r\n\r\nPOST /x"})");
  };
  ScriptedServer server({script, script});
  boost::asio::io_context io;
  HttpOptions options;
  options.host = server.host();
  auto engine = make_http_engine(io.get_executor(), options);
  const auto ran = await(io, (*engine)->run_exec(kSomeId, {.command = {"true"}}));
  EXPECT_FALSE(ran);
  EXPECT_EQ(lines.size(), 1u);
}

TEST(OneRequest, AnAddressWithControlCharactersIsNoAddress) {
  boost::asio::io_context io;
  for (const std::string host : {"tcp://a\r\nb:1", "unix:///run/a b", "tcp://h:1\nx"}) {
    HttpOptions options;
    options.host = host;
    EXPECT_FALSE(make_http_engine(io.get_executor(), options)) << host;
  }
}

}  // namespace
}  // namespace fairlead::docker
