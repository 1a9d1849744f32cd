// Requests as the engine wants them, replies as it writes them.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "docker/decode.h"
#include "docker/encode.h"
#include "docker/http/output_frames.h"

namespace fairlead::docker {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::IsEmpty;

ContainerSpec web() {
  ContainerSpec spec;
  spec.name = "shop-web-1";
  spec.image = "web:1";
  spec.labels = {{"a", "1"}};
  spec.ports = {{80, "tcp", "127.0.0.1", "8080"}};
  spec.network_mode = "n1";
  EndpointSpec one;
  one.network_id = "1f";
  one.network_name = "n1";
  one.aliases = {"web"};
  one.mac_address = "02:42:00:00:00:01";
  EndpointSpec two;
  two.network_id = "2f";
  two.network_name = "n2";
  two.gw_priority = 1;
  spec.endpoints = {one, two};
  return spec;
}

TEST(Encode, SendsOneEndpointBelow144AndAllFromThere) {
  EXPECT_EQ(container_create_body(web(), "1.41").at("NetworkingConfig"),
            json::parse(R"({"EndpointsConfig":{"n1":{"Aliases":["web"],"NetworkID":"1f"}}})"));
  EXPECT_EQ(container_create_body(web(), "1.44").at("NetworkingConfig"),
            json::parse(R"({"EndpointsConfig":{
              "n1":{"Aliases":["web"],"MacAddress":"02:42:00:00:00:01","NetworkID":"1f"},
              "n2":{"NetworkID":"2f"}}})"));
  EXPECT_EQ(json::value(container_create_body(web(), "1.48"))
                .at_pointer("/NetworkingConfig/EndpointsConfig/n2"),
            json::parse(R"({"GwPriority":1,"NetworkID":"2f"})"));
}

TEST(Encode, ExposesEveryPublishedPort) {  // F041
  const auto body = container_create_body(web(), "1.41");
  EXPECT_EQ(body.at("ExposedPorts"), json::parse(R"({"80/tcp":{}})"));
  EXPECT_EQ(json::value(body).at_pointer("/HostConfig/PortBindings"),
            json::parse(R"({"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"}]})"));
}

TEST(Encode, LeavesOutWhatIsNotSet) {
  ContainerSpec bare;
  bare.name = "x";
  bare.image = "i";
  EXPECT_EQ(json::serialize(container_create_body(bare, "1.41")),
            R"({"Image":"i","HostConfig":{}})");
  NetworkSpec network;
  network.name = "n";
  EXPECT_EQ(json::serialize(network_create_body(network)), R"({"Name":"n","CheckDuplicate":true})");
}

TEST(Encode, AnEmptyCommandIsNotAnAbsentOne) {
  auto spec = web();
  spec.command = std::vector<std::string>{};
  EXPECT_TRUE(container_create_body(spec, "1.41").contains("Cmd"));
  EXPECT_FALSE(container_create_body(web(), "1.41").contains("Cmd"));
}

TEST(Encode, SendsPoolsInTheEnginesSpelling) {
  NetworkSpec network;
  network.name = "n";
  network.ipam = {{"10.0.0.0/24", "10.0.0.1", "10.0.0.128/25", {{"r", "10.0.0.9"}}}};
  EXPECT_EQ(network_create_body(network).at("IPAM"),
            json::parse(R"({"Config":[{"Subnet":"10.0.0.0/24","Gateway":"10.0.0.1",
              "IPRange":"10.0.0.128/25","AuxiliaryAddresses":{"r":"10.0.0.9"}}]})"));
}

constexpr const char* kInspect = R"({
 "Id":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","Created":"2026-11-23T02:14:07Z","Name":"/shop-web-1","Image":"sha256:1","RestartCount":2,
 "State":{"Status":"running","Running":true,"Pid":71,"ExitCode":0,"Health":{"Status":"healthy"}},
 "Config":{"Image":"web:1","Labels":{"a":"1"},"Cmd":["serve"],"Entrypoint":null,"Env":["A=1"]},
 "HostConfig":{"NetworkMode":"n1","RestartPolicy":{"Name":"always","MaximumRetryCount":0},
  "PidsLimit":null,"PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}],"53/udp":null}},
 "NetworkSettings":{"Networks":{
  "b":{"NetworkID":"n2","EndpointID":"","Aliases":null,"IPAMConfig":{"IPv4Address":"10.0.0.9"}},
  "a":{"NetworkID":"n1","EndpointID":"e1","Aliases":["web"],"IPAMConfig":null,
       "IPAddress":"172.18.0.2"}}}})";

TEST(Decode, ReadsAContainer) {
  const auto c = decode_container(json::parse(kInspect)).value();
  EXPECT_EQ(c.name, "shop-web-1");
  EXPECT_TRUE(c.running);
  EXPECT_EQ(c.health, "healthy");
  EXPECT_EQ(c.restart_count, 2);
  EXPECT_EQ(c.restart.name, "always");
  EXPECT_THAT(c.command, ElementsAre("serve"));
  EXPECT_THAT(c.entrypoint, IsEmpty());
  EXPECT_THAT(c.ports, ElementsAre(PortBinding{80, "tcp", "", "8080"}));
  ASSERT_EQ(c.endpoints.size(), 2u);
  EXPECT_EQ(c.endpoints[0].network_name, "a");
  EXPECT_EQ(c.endpoints[0].ip_address, "172.18.0.2");
  EXPECT_EQ(c.endpoints[1].ipv4_configured, "10.0.0.9");
}

const std::string kId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

// F072, F113: another engine, another version, a proxy in between.
TEST(Decode, ReadsAsEmptyWhatIsAbsentOrOfAnotherKind) {
  for (const char* text :
       {"", R"(,"State":[],"Config":1,"HostConfig":"x")",
        R"(,"NetworkSettings":{"Networks":{"a":null}})", R"(,"Names":null,"RestartCount":1e400)"}) {
    const auto value = json::parse(R"({"Name":"n","Id":")" + kId + "\"" + text + "}");
    EXPECT_EQ(decode_container(value).value().state, "") << text;
    EXPECT_THAT(decode_network(value).value().labels, IsEmpty()) << text;
    const json::array list{value};
    EXPECT_EQ(decode_container_list(list).value().size(), 1u) << text;
    EXPECT_EQ(decode_network_list(list).value().size(), 1u) << text;
    EXPECT_EQ(decode_volume_list(json::object{{"Volumes", list}}).value().size(), 1u) << text;
  }
}

// What everything else stands on has to be there: an empty list is no small matter, it says that
// all is gone.
TEST(Decode, RefusesWhatIsNotWhatWasAskedFor) {
  for (const char* text : {"null", "{}", "7", "true", "\"\"", R"({"Volumes":null})", "[7]",
                           "[null]", "[{}]", R"([{"Id":"n1","Name":"n"}])", R"({"Volumes":[{}]})",
                           R"({"Volumes":{"Name":"v"}})", R"([{"Id":"../../x","Name":"n"}])"}) {
    const auto value = json::parse(text);
    EXPECT_FALSE(decode_container(value)) << text;
    EXPECT_FALSE(decode_network(value)) << text;
    EXPECT_FALSE(decode_volume(value)) << text;
    EXPECT_FALSE(decode_image(value)) << text;
    EXPECT_FALSE(decode_id(value)) << text;
    EXPECT_FALSE(decode_container_list(value)) << text;
    EXPECT_FALSE(decode_network_list(value)) << text;
    EXPECT_FALSE(decode_volume_list(value)) << text;
    EXPECT_EQ(decode_event(value), std::nullopt) << text;
  }
  EXPECT_FALSE(decode_info(json::parse("[]")));
}

TEST(Decode, KnowsAnIdWhenItSeesOne) {
  EXPECT_TRUE(is_id(kId));
  for (const std::string& text : {std::string(), kId.substr(1), kId + "0", "g" + kId.substr(1),
                                  "A" + kId.substr(1), "/" + kId.substr(1)}) {
    EXPECT_FALSE(is_id(text)) << text;
    EXPECT_FALSE(is_network_id(text)) << text;
  }
  EXPECT_TRUE(is_network_id("x5k9wq0y2tzp8r3v7m1c4b6n0")) << "Swarm's";
  EXPECT_FALSE(is_id("x5k9wq0y2tzp8r3v7m1c4b6n0"));
}

TEST(Decode, DropsExecEventsWhichCarryCommands) {  // F105
  EXPECT_EQ(decode_event(json::parse(
                R"({"Type":"container","Action":"exec_create: secret","Actor":{"ID":"c"}})")),
            std::nullopt);
  EXPECT_TRUE(decode_event(
      json::parse(R"({"Type":"container","Action":"die","Actor":{"ID":")" + kId + R"("}})")));
}

TEST(Decode, FindsErrorsWhereverTheyAre) {
  EXPECT_EQ(decode_error_message(R"({"message":"no such thing"})"), "no such thing");
  EXPECT_EQ(decode_error_message("plain text\n"), "plain text");
  EXPECT_EQ(decode_error_message(std::string(9000, 'x')).size(), 500u);
  EXPECT_EQ(decode_progress_error(
                json::parse(R"({"errorDetail":{"message":"denied"},"error":"denied!"})")),
            "denied");
  EXPECT_EQ(decode_progress_error(json::parse(R"({"status":"Pulling"})")), "");
}

TEST(OutputFrames, AreReadInPiecesOfAnySize) {
  const auto frame = [](char stream, const std::string& text) {
    return std::string{stream,
                       0,
                       0,
                       0,
                       0,
                       0,
                       static_cast<char>(text.size() >> 8),
                       static_cast<char>(text.size() & 0xFF)} +
           text;
  };
  const std::string stream = frame(1, "one\n") + frame(2, "") + frame(2, "two") + frame(1, "\n ");
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    OutputFrames frames;
    for (std::size_t at = 0; at < stream.size(); at += size)
      frames.feed(std::string_view(stream).substr(at, size));
    EXPECT_EQ(frames.tail(), "one\ntwo") << size;
  }
  OutputFrames much;
  for (int i = 0; i < 1000; ++i)
    much.feed(frame(1, std::string(100, 'x') + "\n"));
  much.feed(frame(1, "end"));
  // 20 whole lines of 101 bytes fit into 2 KiB beside "end".
  EXPECT_EQ(much.tail().size(), 20u * 101 + 3);
  EXPECT_TRUE(much.tail().starts_with(std::string(100, 'x') + "\n"));
  EXPECT_TRUE(much.tail().ends_with("end"));
}

// The rest of a secret is known by no mask.
TEST(OutputFrames, BeginWithAWholeWord) {
  const std::string secret = "c4n4ry-of-the-mine";
  for (std::size_t behind = 2047 - secret.size(); behind <= 2048; ++behind) {
    const std::string text = "x " + secret + " " + std::string(behind - 1, '.');
    std::string stream{1,
                       0,
                       0,
                       0,
                       0,
                       0,
                       static_cast<char>(text.size() >> 8),
                       static_cast<char>(text.size() & 0xFF)};
    OutputFrames frames;
    frames.feed(stream + text);
    EXPECT_EQ(frames.tail(), behind + secret.size() < 2048
                                 ? secret + " " + std::string(behind - 1, '.')
                                 : std::string(behind - 1, '.'))
        << behind;
  }
}

}  // namespace
}  // namespace fairlead::docker
