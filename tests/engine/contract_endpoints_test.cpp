// The contract, endpoints.
#include "tests/engine/contract.h"

namespace fairlead::engine_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_P(Contract, AnEndpointGetsItsIdsWithTheStartAndKeepsTheNetworksAfterIt) {
  const auto net = network("life");
  const auto id = create(spec("box", {net}, {"web"}));
  auto seen = endpoint(id, "life");
  EXPECT_EQ(seen.network_id, "");
  EXPECT_EQ(seen.endpoint_id, "");
  EXPECT_THAT(seen.aliases, ElementsAre("web"));

  ASSERT_TRUE(call(engine_->start_container(id)));
  seen = endpoint(id, "life");
  EXPECT_EQ(seen.network_id, net);
  EXPECT_EQ(seen.endpoint_id.size(), 64u);
  EXPECT_NE(seen.ip_address, "");
  EXPECT_THAT(seen.aliases, ElementsAre("web", id.substr(0, 12)));
  EXPECT_EQ(look(id).network_mode, net);

  ASSERT_TRUE(call(engine_->stop_container(id, 1)));
  seen = endpoint(id, "life");
  EXPECT_EQ(seen.network_id, net);
  EXPECT_EQ(seen.endpoint_id, "");
  EXPECT_EQ(seen.ip_address, "");
  EXPECT_THAT(seen.aliases, ElementsAre("web", id.substr(0, 12)));
}

TEST_P(Contract, F014OneEndpointPerCreateTheRestByConnect) {
  const auto one = network("one");
  const auto two = network("two", {{"10.45.0.0/24", "", "", {}}});
  const auto id = create(spec("box", {one, two}));
  EXPECT_THAT(networks_of(id), ElementsAre("one"));
  ASSERT_TRUE(call(engine_->connect_network(id, to(two, {"web"}, "10.45.0.77"))));
  auto seen = endpoint(id, "two");
  EXPECT_EQ(seen.network_id, "");
  EXPECT_EQ(seen.ipv4_configured, "10.45.0.77");
  EXPECT_THAT(seen.aliases, ElementsAre("web", id.substr(0, 12)));
  ASSERT_TRUE(call(engine_->start_container(id)));
  EXPECT_THAT(networks_of(id), ElementsAre("one", "two"));
  EXPECT_EQ(endpoint(id, "two").ip_address, "10.45.0.77");
}

TEST_P(Contract, F012ConnectAndDisconnectOfARunningContainer) {
  const auto one = network("one");
  const auto two = network("two");
  const auto id = running(spec("box", {one}));
  ASSERT_TRUE(call(engine_->connect_network(id, to(two, {"late"}))));
  EXPECT_THAT(endpoint(id, "two").aliases, ElementsAre("late", id.substr(0, 12)));
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
  ASSERT_TRUE(call(engine_->start_container(id)));
  EXPECT_EQ(endpoint(id, "again").network_id, second);
}

TEST_P(Contract, F016AMissingNetworkShowsOnlyAtTheStart) {
  const auto net = network("gone");
  const auto id = create(spec("box", {net}));
  ASSERT_TRUE(call(engine_->remove_network(net)));
  EXPECT_EQ(why(engine_->start_container(id)), Reason::kStateConflict);
  const auto failed = look(id);
  EXPECT_EQ(failed.state, "created");
  EXPECT_EQ(failed.exit_code, 128);
  EXPECT_NE(failed.error, "");
  network("gone");  // found by name: the container never ran, so it knows no ID
  EXPECT_TRUE(call(engine_->start_container(id)));
}

TEST_P(Contract, F017StaticAddressesAreCheckedAtTheStart) {
  const auto fixed = network("fixed", {{"10.46.0.0/24", "", "", {}}});
  const auto generated = network("generated");
  const auto with_address = [&](const std::string& name, const std::string& net,
                                const std::string& address) {
    auto out = spec(name, {net});
    out.endpoints[0].ipv4_address = address;
    return create(out);
  };
  const auto holder = with_address("holder", fixed, "10.46.0.9");
  ASSERT_TRUE(call(engine_->start_container(holder)));
  EXPECT_EQ(endpoint(holder, "fixed").ip_address, "10.46.0.9");
  EXPECT_EQ(why(engine_->start_container(with_address("rival", fixed, "10.46.0.9"))),
            Reason::kAddressInUse);
  EXPECT_EQ(why(engine_->start_container(with_address("lost", generated, "172.30.0.9"))),
            Reason::kInvalidEndpoint);
  EXPECT_NE(why(engine_->start_container(with_address("outside", fixed, "10.99.0.9"))),
            Reason::kNone);
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
