// Builders for desired and observed values, so that each test shows only what matters to it.
#pragma once

#include <string>
#include <vector>

#include "controller/observed/observed.h"
#include "controller/pass/input.h"
#include "controller/plan/plan.h"
#include "model/app.h"

namespace fairlead::test {

inline constexpr const char* kInstance = "0123456789abcdef";

// A 64-digit ID that begins with `start`.
std::string long_id(const std::string& start);

// Service of App "shop": image app:1, on network `default` unless `networks` says otherwise.
model::Service service(const std::string& name, std::vector<std::string> networks = {"default"});
model::Network network(const std::string& key, const std::string& subnet = "");
model::Volume volume(const std::string& key);
// App "shop" with prefix "shop".
model::App app(std::vector<model::Service> services, std::vector<model::Network> networks,
               std::vector<model::Volume> volumes = {});
// One service `web` on one network `default`.
model::App small_app();

controller::Policy policy();
// plan_app under other rules, or with a memory.
controller::Plan plan(const model::App& desired, const controller::Observed& observed,
                      const controller::Policy& rules = policy());
controller::Plan plan(const model::App& desired, const controller::Observed& observed,
                      const controller::Memory& memory);

// The engine's side: what the engine shows after Fairlead created it as the manifest says.
docker::Network live(const model::App& app, const std::string& network_key);
docker::Network foreign_network(const std::string& name, const std::string& subnet = "");
docker::Volume live_volume(const model::App& app, const std::string& volume_key);
// Running, with all endpoints that `observed` has networks for.
controller::ObservedContainer running(const model::App& app, const std::string& service,
                                      const controller::Observed& observed,
                                      const std::string& id = "");

void put(controller::Observed& observed, docker::Network network);
void put(controller::Observed& observed, docker::Volume volume);
void put(controller::Observed& observed, controller::ObservedContainer container);
// Everything of the App exists and runs.
controller::Observed settled(const model::App& app);
// The only container of a service; fails loudly if there is none.
docker::Container& container_of(controller::Observed& observed, const std::string& service);
docker::Network& network_of(controller::Observed& observed, const std::string& docker_name);

// "create network shop_default", "start shop-web-1", … in order.
std::vector<std::string> lines(const controller::Plan& plan);

}  // namespace fairlead::test
