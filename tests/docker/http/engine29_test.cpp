// Replies of Engine 29 (API 1.52 and later), from the Engine API's change log: fields that older
// engines always sent are gone, others are new. Nothing that the decoder reads may depend on them.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <string>
#include <utility>

#include "docker/api_features.h"
#include "docker/classify.h"
#include "docker/decode.h"
#include "docker/encode.h"

namespace fairlead::docker {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kContainerId(64, 'c');
const std::string kNetworkId(64, 'a');

// With whole IDs in place of "c1" and "n1".
json::value reply(std::string text) {
  for (const auto& [brief, whole] : {std::pair{"\"c1\"", kContainerId}, {"\"n1\"", kNetworkId}})
    for (auto at = text.find(brief); at != std::string::npos; at = text.find(brief, at))
      text.replace(at, 4, '"' + whole + '"');
  return json::parse(text);
}

// NetworkSettings without the address fields at its top, Storage in place of GraphDriver, the
// image's manifest, no Config.OnBuild, no KernelMemoryTCP.
constexpr const char* kContainer = R"({
 "Id":"c1","Created":"2026-11-23T02:14:07.1Z","Path":"/sample","Args":["serve"],
 "State":{"Status":"running","Running":true,"Paused":false,"Restarting":false,"OOMKilled":false,
  "Dead":false,"Pid":71,"ExitCode":0,"Error":"","StartedAt":"2026-11-23T02:14:08Z",
  "FinishedAt":"0001-01-01T00:00:00Z","Health":{"Status":"healthy","FailingStreak":0,"Log":[]}},
 "Image":"sha256:5f","Name":"/shop-web-1","RestartCount":0,"Driver":"overlayfs","Platform":"linux",
 "ImageManifestDescriptor":{"mediaType":"application/vnd.oci.image.manifest.v1+json",
  "digest":"sha256:6a","size":401,"platform":{"architecture":"amd64","os":"linux"}},
 "HostConfig":{"NetworkMode":"shop_front","RestartPolicy":{"Name":"always","MaximumRetryCount":0},
  "PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}]},"Memory":67108864,"NanoCpus":0,
  "PidsLimit":null,"Mounts":[{"Type":"volume","Source":"shop_data","Target":"/data"}]},
 "Storage":{"RootFS":{"Snapshot":{"Name":"overlayfs"}}},
 "Mounts":[{"Type":"volume","Name":"shop_data","Source":"/v","Destination":"/data","Driver":"local",
  "Mode":"z","RW":true,"Propagation":""}],
 "Config":{"Hostname":"c1","Env":["A=1"],"Cmd":["/sample","serve"],"Image":"web:1","WorkingDir":"/",
  "Labels":{"a":"1"}},
 "NetworkSettings":{"SandboxID":"s1","SandboxKey":"/run/docker/netns/s1",
  "Ports":{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"},{"HostIp":"::","HostPort":"8080"}]},
  "Networks":{"shop_front":{"IPAMConfig":null,"Links":null,"Aliases":["web"],"DriverOpts":null,
   "GwPriority":0,"NetworkID":"n1","EndpointID":"e1","Gateway":"172.18.0.1","IPAddress":"172.18.0.2",
   "MacAddress":"72:6c:c8:b5:fb:56","IPPrefixLen":16,"IPv6Gateway":"","GlobalIPv6Address":"",
   "GlobalIPv6PrefixLen":0,"DNSNames":["shop-web-1","web","c1"]}}}})";

TEST(Engine29, AContainerIsReadFromWhatIsThere) {
  const auto decoded = decode_container(reply(kContainer));
  ASSERT_TRUE(decoded) << decoded.error();
  const auto& c = *decoded;
  EXPECT_EQ(c.id, kContainerId);
  EXPECT_EQ(c.name, "shop-web-1");
  EXPECT_EQ(c.state, "running");
  EXPECT_EQ(c.health, "healthy");
  EXPECT_EQ(c.image, "web:1");
  EXPECT_EQ(c.image_id, "sha256:5f");
  EXPECT_EQ(c.network_mode, "shop_front");
  EXPECT_THAT(c.entrypoint, IsEmpty());
  EXPECT_EQ(c.memory, 67108864);
  EXPECT_THAT(c.ports, ElementsAre(PortBinding{80, "tcp", "", "8080"}));
  ASSERT_EQ(c.mounts.size(), 1u);
  EXPECT_EQ(c.mounts[0].source, "shop_data");
  ASSERT_EQ(c.endpoints.size(), 1u);
  EXPECT_EQ(c.endpoints[0].network_id, kNetworkId);
  EXPECT_EQ(c.endpoints[0].ip_address, "172.18.0.2");
  EXPECT_THAT(c.endpoints[0].aliases, ElementsAre("web"));
}

TEST(Engine29, AListRowHasItsHealth) {
  const auto decoded = decode_container_list(reply(
      R"([{"Id":"c1","Names":["/shop-web-1"],"Image":"web:1","ImageID":"sha256:5f","Command":"/sample",
       "Created":1700000000,"Ports":[],"Labels":{"a":"1"},"State":"running","Status":"Up 2 hours",
       "Health":{"Status":"healthy","FailingStreak":0},"HostConfig":{"NetworkMode":"shop_front"},
       "NetworkSettings":{"Networks":{"shop_front":{"NetworkID":"n1","IPAddress":"172.18.0.2"}}},
       "Mounts":[]}])"));
  ASSERT_TRUE(decoded) << decoded.error();
  const auto& rows = *decoded;
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_THAT(rows[0].names, ElementsAre("shop-web-1"));
  EXPECT_EQ(rows[0].state, "running");
  ASSERT_EQ(rows[0].endpoints.size(), 1u);
  EXPECT_EQ(rows[0].endpoints[0].network_id, kNetworkId);
}

TEST(Engine29, ANetworkHasAStatusBesideItsPools) {
  const auto decoded = decode_network(reply(
      R"({"Name":"shop_front","Id":"n1","Created":"2026-11-23T02:14:07Z","Scope":"local",
       "Driver":"bridge","EnableIPv4":true,"EnableIPv6":false,
       "IPAM":{"Driver":"default","Options":{},
               "Config":[{"Subnet":"172.18.0.0/16","Gateway":"172.18.0.1"}]},
       "Internal":false,"Attachable":false,"Ingress":false,"ConfigFrom":{"Network":""},
       "ConfigOnly":false,"Options":{},"Labels":{"a":"1"},
       "Containers":{"c1":{"Name":"shop-web-1","EndpointID":"e1","MacAddress":"72:6c:c8:b5:fb:56",
                           "IPv4Address":"172.18.0.2/16","IPv6Address":""}},
       "Status":{"IPAM":{"Subnets":{"172.18.0.0/16":{"IPsInUse":4,"DynamicIPsAvailable":65532}}}}})"));
  ASSERT_TRUE(decoded) << decoded.error();
  const auto& n = *decoded;
  EXPECT_EQ(n.id, kNetworkId);
  ASSERT_EQ(n.ipam.size(), 1u);
  EXPECT_EQ(n.ipam[0].subnet, "172.18.0.0/16");
  EXPECT_EQ(n.ipam[0].ip_range, "");
  ASSERT_EQ(n.members.size(), 1u);
  EXPECT_EQ(n.members[0].ipv4, "172.18.0.2/16");
}

// No Parent, Comment, Author, DockerVersion, GraphDriver, and nothing empty in Config.
TEST(Engine29, AnImageOfTheContainerdStoreIsItsManifest) {
  const auto decoded = decode_image(reply(
      R"({"Id":"sha256:5f","RepoTags":["web:1"],"RepoDigests":["web@sha256:5f"],
       "Created":"2026-11-23T02:14:07Z","Architecture":"amd64","Os":"linux","Size":10,
       "RootFS":{"Type":"layers","Layers":["sha256:77"]},
       "Metadata":{"LastTagTime":"2026-11-23T02:15:00Z"},
       "Descriptor":{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"sha256:5f",
                     "size":856},
       "Config":{"Cmd":["/sample"]}})"));
  ASSERT_TRUE(decoded) << decoded.error();
  const auto& image = *decoded;
  EXPECT_EQ(image.id, "sha256:5f");
  EXPECT_THAT(image.repo_digests, ElementsAre("web@sha256:5f"));
  EXPECT_EQ(image.last_tagged, "2026-11-23T02:15:00Z");
}

// Without status, id and from.
TEST(Engine29, AnEventIsReadFromItsActor) {
  const auto event = decode_event(reply(
      R"({"Type":"container","Action":"die","Actor":{"ID":"c1","Attributes":{"exitCode":"0"}},
       "scope":"local","time":1700000000,"timeNano":1700000000000000000})"));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->type, "container");
  EXPECT_EQ(event->action, "die");
  EXPECT_EQ(event->actor_id, kContainerId);
  EXPECT_EQ(event->attributes.at("exitCode"), "0");
}

TEST(Engine29, APullErrorStandsInErrorDetailOnly) {
  EXPECT_EQ(decode_progress_error(json::parse(R"({"errorDetail":{"message":"denied"}})")),
            "denied");
}

// 29 reads a container-wide address no more: it goes with the endpoint, as does every ID.
TEST(Engine29, ACreateNamesNetworksAndCarriesTheirIds) {
  ContainerSpec spec;
  spec.name = "shop-web-1";
  spec.image = "web:1";
  spec.network_mode = "shop_front";
  EndpointSpec front;
  front.network_id = "n1";
  front.network_name = "shop_front";
  front.mac_address = "02:11:22:33:44:55";
  EndpointSpec back;
  back.network_id = "n2";
  back.network_name = "shop_back";
  spec.endpoints = {front, back};
  const json::value body = container_create_body(spec, "1.52");
  EXPECT_EQ(body.at_pointer("/HostConfig/NetworkMode"), "shop_front");
  EXPECT_EQ(body.at_pointer("/NetworkingConfig/EndpointsConfig"),
            json::parse(R"({"shop_front":{"MacAddress":"02:11:22:33:44:55","NetworkID":"n1"},
                            "shop_back":{"NetworkID":"n2"}})"));
}

// The prefix is of 26 and later; what a message means is the same.
TEST(Engine29, ErrorsMeanTheSameInTheirNewWords) {
  const auto reason = [](Operation operation, int status, const char* message) {
    return classify_reply(operation, status, message).reason;
  };
  EXPECT_EQ(reason(Operation::kContainerStart, 403,
                   "failed to set up container networking: Address already in use"),
            Reason::kAddressInUse);
  EXPECT_EQ(reason(Operation::kContainerStart, 404,
                   "failed to set up container networking: could not find a network matching "
                   "network mode n: network n not found"),
            Reason::kStateConflict);
  EXPECT_EQ(reason(Operation::kContainerCreate, 400,
                   "invalid config for network n: invalid endpoint settings:\nno configured subnet "
                   "or ip-range contain the IP address 10.9.9.9"),
            Reason::kInvalidEndpoint);
  EXPECT_EQ(reason(Operation::kNetworkConnect, 400,
                   "invalid endpoint settings:\nno configured subnet or ip-range contain the IP "
                   "address 10.9.9.9"),
            Reason::kInvalidEndpoint);
}

TEST(ApiFeatures, BeginWithTheirVersionAndStay) {
  EXPECT_FALSE(has("1.41", ApiFeature::kSeveralEndpoints));
  EXPECT_FALSE(has("1.44", ApiFeature::kNoShortIdAlias));
  EXPECT_TRUE(has("1.45", ApiFeature::kNoShortIdAlias));
  EXPECT_FALSE(has("1.45", ApiFeature::kIpv6Pools));
  EXPECT_TRUE(has("1.51", ApiFeature::kGwPriority));
  EXPECT_TRUE(has("1.52", ApiFeature::kModeMustExist));
  EXPECT_FALSE(has("", ApiFeature::kEndpointMac));
}

}  // namespace
}  // namespace fairlead::docker
