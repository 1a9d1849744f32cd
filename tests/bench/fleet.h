// N Apps of two services and two networks each, wanted and at rest on an engine: what the core is
// measured with. The same Apps as in manifests.py.
#pragma once

#include <string>
#include <vector>

#include "controller/observed/observed.h"
#include "model/app.h"

namespace fairlead::bench {

// The manifest of one of them. `version` stands in the environment of its first service.
std::string manifest(int number, int version = 0);
std::string name_of(int number);

struct Fleet {
  std::vector<model::App> apps;
  controller::Observed observed;  // everything of all of them exists and runs
};

Fleet fleet(int apps);

}  // namespace fairlead::bench
