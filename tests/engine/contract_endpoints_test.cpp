// The contract, endpoints.
#include "tests/engine/contract.h"

namespace fairlead::engine_test {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_P(Contract, AnEndpointIsIdentifiedFromTheCreateAndKeepsTheNetworkAfterTheStop) {
  const auto net = network("life");
  const auto id = create(spec("box", {net}, {"web"}));
  auto seen = endpoint(id, "life");
  EXPECT_EQ(seen.network_id, net);
  EXPECT_EQ(seen.endpoint_id, "");
  EXPECT_THAT(seen.aliases, ElementsAre("web"));

  ASSERT_TRUE(call(engine_->start_container(id)));
  seen = endpoint(id, "life");
  EXPECT_EQ(seen.network_id, net);
  EXPECT_EQ(seen.endpoint_id.size(), 64u);
  EXPECT_NE(seen.ip_address, "");
  EXPECT_THAT(seen.aliases, ElementsAreArray(shown({"web"}, id)));
  EXPECT_EQ(look(id).network_mode, "life");

  ASSERT_TRUE(call(engine_->stop_container(id, 1)));
  seen = endpoint(id, "life");
  EXPECT_EQ(seen.network_id, net);
  EXPECT_EQ(seen.endpoint_id, "");
  EXPECT_EQ(seen.ip_address, "");
  EXPECT_THAT(seen.aliases, ElementsAreArray(shown({"web"}, id)));
}

TEST_P(Contract, F014EndpointsOfACreateAndTheRestByConnect) {
  const auto one = network("one");
  const auto two = network("two", {{"10.45.0.0/24", "", "", {}}});
  auto wanted = spec("box", {one, two}, {"web"});
  wanted.endpoints[1].ipv4_address = "10.45.0.77";
  const auto id = create(wanted);
  if (!differs(docker::ApiFeature::kSeveralEndpoints)) {
    EXPECT_THAT(networks_of(id), ElementsAre("one"));
    ASSERT_TRUE(call(engine_->connect_network(id, wanted.endpoints[1])));
    EXPECT_THAT(endpoint(id, "two").aliases, ElementsAreArray(shown({"web"}, id)));
  }
  auto seen = endpoint(id, "two");
  EXPECT_EQ(seen.network_id, two);
  EXPECT_EQ(seen.ipv4_configured, "10.45.0.77");
  ASSERT_TRUE(call(engine_->start_container(id)));
  EXPECT_THAT(networks_of(id), ElementsAre("one", "two"));
  EXPECT_EQ(endpoint(id, "two").ip_address, "10.45.0.77");
}

TEST_P(Contract, F012ConnectAndDisconnectOfARunningContainer) {
  const auto one = network("one");
  const auto two = network("two");
  const auto id = running(spec("box", {one}));
  ASSERT_TRUE(call(engine_->connect_network(id, to(two, {"late"}))));
  EXPECT_THAT(endpoint(id, "two").aliases, ElementsAreArray(shown({"late"}, id)));
  EXPECT_NE(endpoint(id, "two").ip_address, "");
  EXPECT_EQ(why(engine_->connect_network(id, to(two))), Reason::kStateConflict);
  ASSERT_TRUE(call(engine_->disconnect_network(two, id, false)));
  EXPECT_THAT(networks_of(id), ElementsAre("one"));
  EXPECT_TRUE(call(engine_->disconnect_network(two, id, false))) << "not connected is as wanted";
  EXPECT_EQ(why(engine_->connect_network(id, to(std::string(64, 'e')))), Reason::kStateConflict);
}

TEST_P(Contract, F009ANetworkRecreatedWhileTheContainerWasStoppedLeavesADeadId) {
  const auto first = network("again");
  const auto id = running(spec("box", {first}));
  ASSERT_TRUE(call(engine_->stop_container(id, 1)));
  ASSERT_TRUE(call(engine_->remove_network(first)));
  const auto second = network("again");
  EXPECT_EQ(endpoint(id, "again").network_id, first);
  const auto started = call(engine_->start_container(id));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().reason, Reason::kStateConflict);
  EXPECT_THAT(started.error().message, HasSubstr("not found"));
  EXPECT_FALSE(look(id).running);
  EXPECT_THAT(look(id).error, HasSubstr("not found"));

  // The dead ID finds nothing; the name does.
  ASSERT_TRUE(call(engine_->disconnect_network(first, id, true)));
  EXPECT_THAT(networks_of(id), ElementsAre("again"));
  ASSERT_TRUE(call(engine_->disconnect_network("again", id, true)));
  EXPECT_THAT(networks_of(id), IsEmpty());
  ASSERT_TRUE(call(engine_->connect_network(id, to(second, {"web"}))));
  EXPECT_EQ(endpoint(id, "again").network_id, second);
  ASSERT_TRUE(call(engine_->start_container(id)));
  EXPECT_EQ(endpoint(id, "again").network_id, second);
}

// What a container was created with decides, not who has the name when it starts (F001).
TEST_P(Contract, F016AMissingNetworkShowsOnlyAtTheStartAndANamesakeIsNotJoined) {
  const auto net = network("gone");
  const auto id = create(spec("box", {net}));
  ASSERT_TRUE(call(engine_->remove_network(net)));
  EXPECT_EQ(why(engine_->start_container(id)), Reason::kStateConflict);
  const auto failed = look(id);
  EXPECT_EQ(failed.state, "created");
  EXPECT_NE(failed.exit_code, 0);
  EXPECT_NE(failed.error, "");
  network("gone");
  EXPECT_EQ(why(engine_->start_container(id)), Reason::kStateConflict);
  EXPECT_FALSE(look(id).running);
}

// The mode outlives the network that it names.
TEST_P(Contract, AContainerWhoseModeNamesNoNetworkCanBeDead) {
  const auto primary = network("primary");
  const auto other = network("other");
  const auto id = running(spec("box", {primary}));
  ASSERT_TRUE(call(engine_->connect_network(id, to(other))));
  ASSERT_TRUE(call(engine_->disconnect_network(primary, id, false)));
  ASSERT_TRUE(call(engine_->disconnect_network(other, id, false)));
  ASSERT_TRUE(call(engine_->remove_network(primary)));
  const auto expected =
      differs(docker::ApiFeature::kModeMustExist) ? Reason::kStateConflict : Reason::kNone;
  EXPECT_EQ(why(engine_->connect_network(id, to(other))), expected);
  ASSERT_TRUE(call(engine_->stop_container(id, 0)));
  ASSERT_TRUE(call(engine_->disconnect_network(other, id, false)));
  ASSERT_TRUE(call(engine_->connect_network(id, to(other)))) << "a stopped one takes anything";
  EXPECT_EQ(why(engine_->start_container(id)), expected);
  // The name is enough: another network of the same name brings it back.
  network("primary");
  EXPECT_TRUE(call(engine_->start_container(id)));
}

TEST_P(Contract, F017StaticAddressesAreCheckedAtTheStartOrBefore) {
  const auto fixed = network("fixed", {{"10.46.0.0/24", "", "", {}}});
  const auto generated = network("generated");
  // Of the create, else of the start.
  const auto refused = [&](const std::string& name, const std::string& net,
                           const std::string& address) {
    auto out = spec(name, {net});
    out.endpoints[0].ipv4_address = address;
    const auto id = call(engine_->create_container(out));
    return id ? why(engine_->start_container(*id)) : id.error().reason;
  };
  EXPECT_EQ(refused("holder", fixed, "10.46.0.9"), Reason::kNone);
  EXPECT_EQ(endpoint("holder", "fixed").ip_address, "10.46.0.9");
  EXPECT_EQ(refused("rival", fixed, "10.46.0.9"), Reason::kAddressInUse);
  EXPECT_EQ(refused("lost", generated, "172.30.0.9"), Reason::kInvalidEndpoint);
  EXPECT_EQ(refused("outside", fixed, "10.99.0.9"), Reason::kInvalidEndpoint);
}

// A connect that fails leaves an endpoint behind that is none: it has no ID of its own and no
// address, a list does not show it, and the next connect takes its place.
TEST_P(Contract, AFailedConnectLeavesAPhantomBehind) {
  const auto home = network("home");
  const auto fixed = network("fixed", {{"10.47.0.0/24", "", "", {}}});
  auto holder = spec("holder", {fixed});
  holder.endpoints[0].ipv4_address = "10.47.0.9";
  running(holder);
  const auto id = running(spec("box", {home}));
  EXPECT_EQ(why(engine_->connect_network(id, to(fixed, {"web"}, "10.47.0.9"))),
            Reason::kAddressInUse);
  auto phantom = endpoint(id, "fixed");
  EXPECT_EQ(phantom.network_id, fixed) << "as it was sent";
  EXPECT_EQ(phantom.endpoint_id, "");
  EXPECT_EQ(phantom.ip_address, "");
  EXPECT_EQ(phantom.ipv4_configured, "10.47.0.9");
  const auto listed = call(engine_->list_containers({}, ""));
  ASSERT_TRUE(listed);
  for (const auto& row : *listed->objects) {
    if (row.id == id) {
      EXPECT_EQ(row.endpoints.size(), 1u);
    }
  }
  ASSERT_TRUE(call(engine_->remove_container("holder", true)));
  ASSERT_TRUE(call(engine_->connect_network(id, to(fixed, {"web"}, "10.47.0.9"))));
  EXPECT_EQ(endpoint(id, "fixed").network_id, fixed);
  EXPECT_EQ(endpoint(id, "fixed").ip_address, "10.47.0.9");
}

TEST_P(Contract, APhantomStaysUntilItsContainerIsStopped) {
  const auto home = network("home");
  const auto fixed = network("fixed", {{"10.48.0.0/24", "", "", {}}});
  auto holder = spec("holder", {fixed});
  holder.endpoints[0].ipv4_address = "10.48.0.9";
  running(holder);
  const auto id = running(spec("box", {home}));
  EXPECT_EQ(why(engine_->connect_network(id, to(fixed, {}, "10.48.0.9"))), Reason::kAddressInUse);
  EXPECT_THAT(networks_of(id), ElementsAre("fixed", "home"));
  ASSERT_TRUE(call(engine_->disconnect_network("fixed", id, false)));
  EXPECT_THAT(networks_of(id), ElementsAre("fixed", "home")) << "said to be none, and there still";
  ASSERT_TRUE(call(engine_->stop_container(id, 0)));
  ASSERT_TRUE(call(engine_->disconnect_network("fixed", id, false)));
  EXPECT_THAT(networks_of(id), ElementsAre("home"));
}

TEST_P(Contract, HostAndNoneTakeNoOtherNetwork) {
  const auto net = network("net");
  auto host = spec("on-host");
  host.network_mode = "host";
  auto none = spec("on-none");
  none.network_mode = "none";
  const auto host_id = create(host);
  const auto none_id = create(none);
  EXPECT_THAT(networks_of(host_id), ElementsAre("host"));
  EXPECT_THAT(networks_of(none_id), ElementsAre("none"));
  ASSERT_TRUE(call(engine_->start_container(host_id)));
  ASSERT_TRUE(call(engine_->start_container(none_id)));
  EXPECT_EQ(why(engine_->connect_network(host_id, to(net))), Reason::kInvalidEndpoint);
}

TEST_P(Contract, WithoutNetworksAContainerIsOnTheDefaultBridge) {
  const auto id = running(spec("plain"));
  EXPECT_THAT(networks_of(id), ElementsAre("bridge"));
  EXPECT_NE(endpoint(id, "bridge").ip_address, "");
}

}  // namespace
}  // namespace fairlead::engine_test
