// One set of scenarios, two engines: what the embedded engine answers is what dockerd answers, at
// each API version that engines differ in (docker/api_features.h). Everything that the simulation
// proves rests on this.
#pragma once

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "docker/api_features.h"
#include "docker/embedded/engine.h"
#include "docker/http/engine.h"
#include "tests/engine/private_engine.h"

namespace fairlead::engine_test {

inline constexpr const char* kImage = "fairlead/sample:1";

// "dockerd", or the API version that the embedded engine speaks.
class Contract : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (const std::string engine = GetParam(); engine != "dockerd") {
      auto embedded =
          docker::make_embedded_engine(virtual_clock_, random_, {.api_version = engine});
      embedded->add_image(kImage);
      engine_ = std::move(embedded);
    } else {
      dockerd_ = &shared_engine();
      if (unavailable(*dockerd_)) return;
      docker::HttpOptions options;
      options.host = dockerd_->host();
      auto http = docker::make_http_engine(io_.get_executor(), options);
      ASSERT_TRUE(http) << http.error().message;
      engine_ = std::move(*http);
    }
    ASSERT_TRUE(call(engine_->connect()));
  }

  void TearDown() override {
    if (dockerd_ != nullptr) dockerd_->clear();
  }

  // Runs one call to its end.
  template <typename T>
  Result<T> call(Task<Result<T>> task) {
    std::optional<Result<T>> result;
    boost::asio::co_spawn(io_, std::move(task),
                          [&result](const std::exception_ptr& failed, Result<T> value) {
                            EXPECT_FALSE(failed);
                            result = std::move(value);
                          });
    io_.restart();
    while (!result && io_.run_one() > 0) {
    }
    if (!result) return failure(ErrorClass::kTransient, Reason::kInternalError, "no end");
    return std::move(*result);
  }

  template <typename T>
  Reason why(Task<Result<T>> task) {
    const auto result = call(std::move(task));
    return result ? Reason::kNone : result.error().reason;
  }

  std::string network(const std::string& name, std::vector<docker::IpamConfig> pools = {}) {
    docker::NetworkSpec spec;
    spec.name = name;
    spec.ipam = std::move(pools);
    auto id = call(engine_->create_network(spec));
    EXPECT_TRUE(id) << id.error().message;
    if (id) names_[*id] = name;
    return id.value_or("");
  }

  bool differs(docker::ApiFeature feature) const {
    return docker::has(engine_->api_version(), feature);
  }
  // What inspect shows of these aliases of a container that has been on the network.
  std::vector<std::string> shown(std::vector<std::string> aliases, const std::string& id) const {
    if (!differs(docker::ApiFeature::kNoShortIdAlias)) aliases.push_back(id.substr(0, 12));
    return aliases;
  }

  // As Fairlead sends it: the mode and the endpoints by name, the endpoints by ID besides.
  docker::ContainerSpec spec(const std::string& name, const std::vector<std::string>& networks = {},
                             const std::vector<std::string>& aliases = {}) const {
    docker::ContainerSpec out;
    out.name = name;
    out.image = kImage;
    out.command = {"/sample", "sleep"};
    for (const auto& each : networks) {
      docker::EndpointSpec endpoint;
      endpoint.network_id = each;
      endpoint.network_name = names_.at(each);
      endpoint.aliases = aliases;
      out.endpoints.push_back(endpoint);
    }
    if (!networks.empty()) out.network_mode = names_.at(networks.front());
    return out;
  }

  std::string create(const docker::ContainerSpec& what) {
    auto id = call(engine_->create_container(what));
    EXPECT_TRUE(id) << id.error().message;
    return id.value_or("");
  }

  std::string running(const docker::ContainerSpec& what) {
    auto id = create(what);
    const auto started = call(engine_->start_container(id));
    EXPECT_TRUE(started) << started.error().message;
    return id;
  }

  docker::Container look(const std::string& id) {
    auto container = call(engine_->inspect_container(id));
    EXPECT_TRUE(container) << container.error().message;
    return container.value_or(docker::Container{});
  }

  docker::Endpoint endpoint(const std::string& id, const std::string& network_name) {
    for (const auto& each : look(id).endpoints) {
      if (each.network_name == network_name) return each;
    }
    ADD_FAILURE() << id << " has no endpoint in " << network_name;
    return {};
  }

  std::set<std::string> networks_of(const std::string& id) {
    std::set<std::string> names;
    for (const auto& each : look(id).endpoints)
      names.insert(each.network_name);
    return names;
  }

  docker::EndpointSpec to(const std::string& network_id,
                          const std::vector<std::string>& aliases = {},
                          const std::string& address = "") const {
    docker::EndpointSpec endpoint;
    endpoint.network_id = network_id;
    endpoint.aliases = aliases;
    endpoint.ipv4_address = address;
    return endpoint;
  }

  std::map<std::string, std::string> names_;  // of networks, by ID
  boost::asio::io_context io_;
  VirtualClock virtual_clock_;
  SeededRandom random_{7};
  PrivateEngine* dockerd_ = nullptr;
  std::unique_ptr<docker::Engine> engine_;
};

}  // namespace fairlead::engine_test
