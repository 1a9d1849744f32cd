// The stage of every engine scenario: one dockerd for the whole program, one Fairlead per test, and
// questions about the engine that read as sentences. Nothing of a test is left for the next one.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/engine/fairlead_process.h"
#include "tests/engine/private_engine.h"

namespace fairlead::engine_test {

class Scenario : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  static PrivateEngine& engine();

  // Manifest text: an App whose services are given by `service` below.
  static std::string app(const std::string& name, const std::string& services,
                         const std::string& networks = "", const std::string& options = "");
  // One service of the sample image. `networks` is YAML such as [frontend, backend], or "".
  static std::string service(const std::string& name, const std::string& networks,
                             const std::string& more = "");

  // All by container or network name.
  static std::string id(const std::string& container);
  static std::string pid(const std::string& container);
  static std::string network_id(const std::string& network);
  static std::string subnet(const std::string& network);
  static std::string address(const std::string& container, const std::string& network);
  static bool runs(const std::string& container);
  static bool all_run(const std::vector<std::string>& containers);
  static bool attached(const std::string& container, const std::string& network);
  static bool reaches(const std::string& container, const std::string& host);
  // Names of all containers, or networks, that carry the label of `app`; sorted.
  static std::vector<std::string> containers_of(const std::string& app);
  static std::vector<std::string> networks_of(const std::string& app);
  // IDs, processes and networks of everything of `app`: equal texts mean that nothing was touched.
  static std::string footprint(const std::string& app);

  std::unique_ptr<FairleadProcess> fairlead_;
};

}  // namespace fairlead::engine_test
