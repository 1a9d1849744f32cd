#include "tests/engine/scenario.h"

#include <algorithm>

namespace fairlead::engine_test {

namespace {

std::string inspect(const std::string& kind, const std::string& name, const std::string& format) {
  const auto output = shared_engine().docker({kind, "inspect", "--format", format, name});
  return output.ok() ? trim(output.text) : std::string();
}

std::vector<std::string> sorted(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace

PrivateEngine& Scenario::engine() {
  return shared_engine();
}

void Scenario::SetUp() {
  if (unavailable(engine())) return;
  fairlead_ = std::make_unique<FairleadProcess>(engine().host());
}

void Scenario::TearDown() {
  if (!fairlead_) return;
  if (HasFailure()) {
    const auto log = fairlead_->log();
    const std::size_t kept = 6000;
    std::fprintf(stderr, "---- end of Fairlead's log\n%s----\n",
                 log.substr(log.size() > kept ? log.size() - kept : 0).c_str());
  }
  fairlead_->crash();
  engine().clear();
}

std::string Scenario::app(const std::string& name, const std::string& services,
                          const std::string& networks, const std::string& options) {
  std::string text = "apiVersion: fairlead.dev/v1\nkind: App\nmetadata: {name: " + name +
                     "}\nspec:\n" + options + "  services:\n" + services;
  if (!networks.empty()) text += "  networks:\n" + networks;
  return text;
}

std::string Scenario::service(const std::string& name, const std::string& networks,
                              const std::string& more) {
  std::string text = "    " + name + ":\n      image: fairlead/sample:1\n" +
                     "      command: [/sample, serve]\n      restart: unless-stopped\n";
  if (!networks.empty()) text += "      networks: " + networks + "\n";
  return text + more;
}

std::string Scenario::id(const std::string& container) {
  return inspect("container", container, "{{.Id}}");
}

std::string Scenario::pid(const std::string& container) {
  return inspect("container", container, "{{.State.Pid}}");
}

std::string Scenario::network_id(const std::string& network) {
  return inspect("network", network, "{{.Id}}");
}

std::string Scenario::subnet(const std::string& network) {
  return inspect("network", network, "{{range .IPAM.Config}}{{.Subnet}}{{end}}");
}

std::string Scenario::address(const std::string& container, const std::string& network) {
  return inspect(
      "container", container,
      "{{with index .NetworkSettings.Networks \"" + network + "\"}}{{.IPAddress}}{{end}}");
}

bool Scenario::runs(const std::string& container) {
  return inspect("container", container, "{{.State.Status}}") == "running";
}

bool Scenario::all_run(const std::vector<std::string>& containers) {
  return std::all_of(containers.begin(), containers.end(), runs);
}

bool Scenario::attached(const std::string& container, const std::string& network) {
  return !address(container, network).empty();
}

bool Scenario::reaches(const std::string& container, const std::string& host) {
  return engine().docker({"exec", container, "/sample", "get", host, "8080"}).ok();
}

std::vector<std::string> Scenario::containers_of(const std::string& app) {
  return sorted(engine().list(
      {"ps", "-a", "--filter", "label=dev.fairlead.app=" + app, "--format", "{{.Names}}"}));
}

std::vector<std::string> Scenario::networks_of(const std::string& app) {
  return sorted(engine().list(
      {"network", "ls", "--filter", "label=dev.fairlead.app=" + app, "--format", "{{.Name}}"}));
}

std::string Scenario::footprint(const std::string& app) {
  std::string text;
  for (const auto& container : containers_of(app)) {
    text += container + " " +
            inspect("container", container,
                    "{{.Id}} {{.State.Pid}} {{.State.Status}}"
                    "{{range .NetworkSettings.Networks}} {{.NetworkID}} {{.IPAddress}}{{end}}") +
            "\n";
  }
  for (const auto& network : networks_of(app))
    text += network + " " + network_id(network) + "\n";
  return text;
}

}  // namespace fairlead::engine_test
