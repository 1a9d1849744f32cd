// Which Docker Engine this run is about: FAIRLEAD_TEST_ENGINE=20.10|26.1|28.5.
//
// 20.10, the default, is the one that Debian 12 installs. The others are unpacked aside by
// scripts/fetch-engines, and run with the installed containerd and runc.
#pragma once

#include <string>

namespace fairlead::engine_test {

struct EngineChoice {
  std::string name;     // as asked for
  std::string path;     // PATH of its dockerd; docker-proxy is found there too
  std::string problem;  // why there is no such engine here; else empty
};

EngineChoice chosen_engine();

}  // namespace fairlead::engine_test
