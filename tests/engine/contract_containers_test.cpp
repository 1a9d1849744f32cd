// The contract, containers, volumes and events.
#include <algorithm>

#include "tests/engine/contract.h"

namespace fairlead::engine_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_P(Contract, AContainerEchoesWhatWasAskedFor) {
  auto wanted = spec("echo");
  wanted.labels = {{"a", "1"}};
  wanted.env = {"B=2"};
  wanted.restart = docker::RestartPolicy{"on-failure", 3};
  wanted.hostname = "named";
  wanted.user = "1000:1000";
  wanted.working_dir = "/";
  wanted.read_only = true;
  wanted.ports = {{8080, "tcp", "127.0.0.1", "18080"}};
  const auto id = create(wanted);
  const auto seen = look(id);
  EXPECT_EQ(seen.name, "echo");
  EXPECT_EQ(seen.image, kImage);
  EXPECT_EQ(seen.state, "created");
  EXPECT_EQ(seen.labels, wanted.labels);
  EXPECT_THAT(seen.command, ElementsAre("/sample", "sleep"));
  EXPECT_THAT(seen.env, Contains("B=2"));
  EXPECT_EQ(seen.restart, *wanted.restart);
  EXPECT_EQ(seen.hostname, "named");
  EXPECT_EQ(seen.user, "1000:1000");
  EXPECT_EQ(seen.working_dir, "/");
  EXPECT_TRUE(seen.read_only);
  EXPECT_EQ(seen.ports, wanted.ports);
}

TEST_P(Contract, AnExecRunsToItsEndInARunningContainerOnly) {
  const auto id = running(spec("box"));
  auto fine = call(engine_->run_exec(id, {{"/sample", "exit", "0"}}));
  ASSERT_TRUE(fine) << fine.error().message;
  EXPECT_EQ(fine->exit_code, 0);
  auto bad = call(engine_->run_exec(id, {{"/sample", "exit", "7"}}));
  ASSERT_TRUE(bad) << bad.error().message;
  EXPECT_EQ(bad->exit_code, 7);
  ASSERT_TRUE(call(engine_->stop_container(id, 0)));
  EXPECT_EQ(why(engine_->run_exec(id, {{"/sample", "exit", "0"}})), Reason::kStateConflict);
  EXPECT_EQ(why(engine_->run_exec("absent", {{"/sample", "exit", "0"}})), Reason::kNotFound);
  EXPECT_TRUE(call(engine_->container_logs(id, 10)));
}

TEST_P(Contract, F025F026CreateIsRefusedForReasonsThatAreTold) {
  auto id = create(spec("taken"));
  const auto again = call(engine_->create_container(spec("taken")));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, Reason::kNameTaken);
  EXPECT_THAT(again.error().message, HasSubstr(id)) << "the holder's ID is in the message";
  auto other_image = spec("other");
  other_image.image = "fairlead/absent:1";
  EXPECT_EQ(why(engine_->create_container(other_image)), Reason::kImageNotFound);
  EXPECT_EQ(why(engine_->create_container(spec("bad name"))), Reason::kInvalidContainerConfig);
}

TEST_P(Contract, StartStopAndRemoveAreIdempotentWhereTheEngineIs) {
  const auto id = running(spec("box"));
  EXPECT_TRUE(call(engine_->start_container(id)));
  EXPECT_EQ(why(engine_->remove_container(id, false)), Reason::kStateConflict);
  EXPECT_TRUE(call(engine_->stop_container(id, 1)));
  EXPECT_TRUE(call(engine_->stop_container(id, 1)));
  EXPECT_EQ(look(id).state, "exited");
  EXPECT_TRUE(call(engine_->remove_container(id, false)));
  EXPECT_EQ(why(engine_->inspect_container(id)), Reason::kNotFound);
  EXPECT_EQ(why(engine_->start_container(id)), Reason::kNotFound);
}

TEST_P(Contract, F040AHostPortHasOneHolder) {
  auto one = spec("one");
  one.ports = {{8080, "tcp", "", "18081"}};
  auto two = spec("two");
  two.ports = {{9090, "tcp", "", "18081"}};
  const auto first = running(one);
  const auto second = create(two);
  EXPECT_EQ(why(engine_->start_container(second)), Reason::kPortConflict);
  ASSERT_TRUE(call(engine_->stop_container(first, 1)));
  EXPECT_TRUE(call(engine_->start_container(second)));
}

TEST_P(Contract, RenameAndUpdateInPlace) {
  const auto id = running(spec("old"));
  create(spec("other"));
  EXPECT_EQ(why(engine_->rename_container(id, "other")), Reason::kNameTaken);
  ASSERT_TRUE(call(engine_->rename_container(id, "new")));
  EXPECT_EQ(look(id).name, "new");
  EXPECT_EQ(look("new").id, id);
  docker::ContainerUpdate update;
  update.restart = docker::RestartPolicy{"unless-stopped", 0};
  ASSERT_TRUE(call(engine_->update_container(id, update)));
  EXPECT_EQ(look(id).restart.name, "unless-stopped");
  EXPECT_TRUE(look(id).running);
}

TEST_P(Contract, F003ListsFilterByLabelAndShowStoppedOnes) {
  auto labelled = spec("labelled", {network("seen")});
  labelled.labels = {{"keep", "yes"}, {"n", "1"}};
  const auto id = running(labelled);
  create(spec("plain"));
  const auto by_key = call(engine_->list_containers({"keep"}, ""));
  const auto by_value = call(engine_->list_containers({"keep=yes", "n=1"}, ""));
  const auto by_other = call(engine_->list_containers({"keep=no"}, ""));
  const auto all = call(engine_->list_containers({}, ""));
  ASSERT_TRUE(by_key && by_value && by_other && all);
  ASSERT_EQ(by_key->objects->size(), 1u);
  EXPECT_EQ(by_key->objects, by_value->objects);
  EXPECT_THAT(*by_other->objects, IsEmpty());
  EXPECT_EQ(all->objects->size(), 2u);
  const auto& row = by_key->objects->front();
  EXPECT_EQ(row.id, id);
  EXPECT_THAT(row.names, ElementsAre("labelled"));
  EXPECT_EQ(row.state, "running");
  EXPECT_EQ(row.image, kImage);
  ASSERT_EQ(row.endpoints.size(), 1u);
  EXPECT_NE(row.endpoints[0].ip_address, "");
  EXPECT_THAT(row.endpoints[0].aliases, IsEmpty()) << "only inspect shows aliases";
}

TEST_P(Contract, AListThatIsKnownComesWithoutItsObjectsUntilItDiffers) {
  const auto id = create(spec("first"));
  const auto before = call(engine_->list_containers({}, ""));
  ASSERT_TRUE(before && before->objects);
  const auto same = call(engine_->list_containers({}, before->version));
  ASSERT_TRUE(same);
  EXPECT_FALSE(same->objects);
  ASSERT_TRUE(call(engine_->rename_container(id, "second")));
  const auto after = call(engine_->list_containers({}, before->version));
  ASSERT_TRUE(after && after->objects);
  EXPECT_THAT(after->objects->front().names, ElementsAre("second"));
}

// ---- Volumes and events ----

TEST_P(Contract, F050AnExistingVolumeIsTheAnswerWhateverWasAsked) {
  docker::VolumeSpec spec;
  spec.name = "data";
  spec.labels = {{"v", "1"}};
  ASSERT_TRUE(call(engine_->create_volume(spec)));
  spec.labels = {{"v", "2"}};
  const auto again = call(engine_->create_volume(spec));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->labels, (docker::StringMap{{"v", "1"}}));
  EXPECT_EQ(again->driver, "local");
  const auto listed = call(engine_->list_volumes({"v=1"}, ""));
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->objects->size(), 1u);
}

TEST_P(Contract, AnAnonymousVolumeIsSeenAndCanBeMountedAgain) {
  auto wanted = spec("first");
  docker::MountSpec mount;
  mount.type = "volume";
  mount.target = "/modules/";
  wanted.mounts = {mount};
  const auto first = look(create(wanted));
  ASSERT_EQ(first.volumes.size(), 1u);
  EXPECT_EQ(first.volumes[0].target, "/modules");
  EXPECT_TRUE(docker::anonymous(first.volumes[0])) << first.volumes[0].name;
  ASSERT_TRUE(call(engine_->remove_container(first.id, false)));
  wanted.name = "second";
  wanted.mounts[0].source = first.volumes[0].name;
  EXPECT_EQ(look(create(wanted)).volumes, first.volumes);
  wanted.name = "third";
  wanted.mounts[0].source = "";
  EXPECT_NE(look(create(wanted)).volumes, first.volumes);
}

TEST_P(Contract, EventsTellInOrderWhatHappened) {
  std::vector<std::string> seen;
  bool connected = false;
  boost::asio::co_spawn(
      io_,
      engine_->stream_events(
          [&connected] { connected = true; },
          [&seen](const docker::Event& event) { seen.push_back(event.type + " " + event.action); }),
      [](const std::exception_ptr& failed, const Status&) { EXPECT_FALSE(failed); });
  const auto pump_until = [this](const auto& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done() && std::chrono::steady_clock::now() < deadline) {
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(100));
    }
  };
  pump_until([&connected] { return connected; });
  const auto net = network("heard");
  const auto id = running(spec("box", {net}));
  ASSERT_TRUE(call(engine_->stop_container(id, 1)));
  ASSERT_TRUE(call(engine_->remove_container(id, true)));
  ASSERT_TRUE(call(engine_->remove_network(net)));
  pump_until([&seen] { return !seen.empty() && seen.back() == "network destroy"; });
  engine_->stop_events();
  io_.run_for(std::chrono::milliseconds(100));
  EXPECT_THAT(seen, testing::UnorderedElementsAre(
                        "network create", "container create", "network connect", "container start",
                        "container kill", "container die", "network disconnect", "container stop",
                        "container destroy", "network destroy"));
  // Later engines tell of the death in parallel to the rest of the stop: these orders hold in all.
  const auto at = [&seen](const char* event) { return std::ranges::find(seen, event); };
  EXPECT_LT(at("network create"), at("container create"));
  EXPECT_LT(at("container create"), at("container start"));
  EXPECT_LT(at("network connect"), at("container start"));
  EXPECT_LT(at("container start"), at("container kill"));
  EXPECT_LT(at("container kill"), at("container die"));
  EXPECT_LT(at("network disconnect"), at("container stop"));
  EXPECT_LT(at("container die"), at("container destroy"));
  EXPECT_LT(at("container stop"), at("container destroy"));
  EXPECT_LT(at("container destroy"), at("network destroy"));
}

// The API versions of 20.10, 26.1 and 28.5.
INSTANTIATE_TEST_SUITE_P(Embedded, Contract, testing::Values("1.41", "1.45", "1.51"));
INSTANTIATE_TEST_SUITE_P(Dockerd, Contract, testing::Values("dockerd"));

}  // namespace
}  // namespace fairlead::engine_test
