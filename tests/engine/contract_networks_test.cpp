// The contract, networks.
#include "tests/engine/contract.h"

namespace fairlead::engine_test {
namespace {

using docker::IpamConfig;
using docker::NetworkSpec;
using testing::IsEmpty;

TEST_P(Contract, ANetworkEchoesWhatWasAskedFor) {
  NetworkSpec spec;
  spec.name = "echo";
  spec.labels = {{"a", "1"}};
  spec.internal = true;
  spec.ipam = {{"10.41.0.0/24", "10.41.0.254", "10.41.0.128/25", {{"router", "10.41.0.200"}}}};
  const auto id = call(engine_->create_network(spec));
  ASSERT_TRUE(id) << id.error().message;
  EXPECT_EQ(id->size(), 64u);
  const auto found = call(engine_->inspect_network(*id));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "echo");
  EXPECT_EQ(found->driver, "bridge");
  EXPECT_EQ(found->scope, "local");
  EXPECT_TRUE(found->internal);
  EXPECT_EQ(found->labels, spec.labels);
  EXPECT_EQ(found->ipam, spec.ipam);
  EXPECT_THAT(found->members, IsEmpty());
}

TEST_P(Contract, ANetworkWithoutPoolsGetsOne) {
  network("generated");
  const auto found = call(engine_->inspect_network("generated"));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->ipam.size(), 1u);
  EXPECT_NE(found->ipam[0].subnet, "");
  EXPECT_NE(found->ipam[0].gateway, "");
}

TEST_P(Contract, F001ASecondNetworkOfTheNameIsRefused) {
  network("twice");
  NetworkSpec again;
  again.name = "twice";
  EXPECT_EQ(why(engine_->create_network(again)), Reason::kNameTaken);
}

TEST_P(Contract, F004F006BadPoolsAreTold) {
  network("first", {{"10.42.0.0/24", "", "", {}}});
  const auto reason = [this](IpamConfig pool) {
    NetworkSpec bad;
    bad.name = "bad";
    bad.ipam = {std::move(pool)};
    return why(engine_->create_network(bad));
  };
  EXPECT_EQ(reason({"10.42.0.0/25", "", "", {}}), Reason::kSubnetOverlap);
  EXPECT_EQ(reason({"10.43.0.0/44", "", "", {}}), Reason::kInvalidNetworkConfig);
  EXPECT_NE(reason({"10.43.0.0/24", "10.44.0.1", "", {}}), Reason::kNone) << "gateway outside";
}

TEST_P(Contract, F005TheThirtyFirstNetworkFindsNoPool) {
  int made = 0;
  Reason reason = Reason::kNone;
  for (; made < 40 && reason == Reason::kNone; ++made) {
    NetworkSpec spec;
    spec.name = "pool" + std::to_string(made);
    reason = why(engine_->create_network(spec));
  }
  EXPECT_EQ(made, 31) << "30 and the one that failed";
  EXPECT_EQ(reason, Reason::kAddressPoolExhausted);
  ASSERT_TRUE(call(engine_->remove_network("pool7")));
  network("again");
}

TEST_P(Contract, F007ReservedNamesDriversAndBridgesAreRefused) {
  NetworkSpec host;
  host.name = "host";
  EXPECT_EQ(why(engine_->create_network(host)), Reason::kInvalidNetworkConfig);
  NetworkSpec strange;
  strange.name = "strange";
  strange.driver = "nonesuch";
  EXPECT_EQ(why(engine_->create_network(strange)), Reason::kInvalidNetworkConfig);
  NetworkSpec bridge;
  bridge.name = "one";
  bridge.options = {{"com.docker.network.bridge.name", "br-same"}};
  ASSERT_TRUE(call(engine_->create_network(bridge)));
  bridge.name = "two";
  EXPECT_EQ(why(engine_->create_network(bridge)), Reason::kNameTaken);
}

TEST_P(Contract, F006IPv6NeedsAPoolOfItsOwn) {
  NetworkSpec spec;
  spec.name = "six";
  spec.enable_ipv6 = true;
  EXPECT_EQ(why(engine_->create_network(spec)), differs(docker::ApiFeature::kIpv6Pools)
                                                    ? Reason::kNone
                                                    : Reason::kAddressPoolExhausted);
}

TEST_P(Contract, WhatIsMissingIsNotFoundAndNeedsNoRemoval) {
  EXPECT_EQ(why(engine_->inspect_network("nothing")), Reason::kNotFound);
  EXPECT_EQ(why(engine_->inspect_container("nothing")), Reason::kNotFound);
  EXPECT_EQ(why(engine_->inspect_volume("nothing")), Reason::kNotFound);
  EXPECT_EQ(why(engine_->inspect_image("nothing:1")), Reason::kImageNotFound);
  EXPECT_TRUE(call(engine_->remove_network("nothing")));
  EXPECT_TRUE(call(engine_->remove_container("nothing", true)));
}

TEST_P(Contract, F008F009OnlyRunningMembersKeepANetwork) {
  const auto net = network("kept");
  const auto id = running(spec("member", {net}));
  const auto seen = call(engine_->inspect_network(net));
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->members.size(), 1u);
  EXPECT_EQ(seen->members[0].container_id, id);
  EXPECT_EQ(seen->members[0].name, "member");
  EXPECT_EQ(why(engine_->remove_network(net)), Reason::kInUse);
  ASSERT_TRUE(call(engine_->stop_container(id, 1)));
  EXPECT_TRUE(call(engine_->remove_network(net)));
}

}  // namespace
}  // namespace fairlead::engine_test
