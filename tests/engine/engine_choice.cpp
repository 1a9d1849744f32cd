#include "tests/engine/engine_choice.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "tests/engine/process.h"

namespace fairlead::engine_test {

namespace {

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

std::filesystem::path fetched() {
  return std::filesystem::path(
             environment("XDG_CACHE_HOME", environment("HOME", "/") + "/.cache")) /
         "fairlead" / "engines";
}

}  // namespace

EngineChoice chosen_engine() {
  EngineChoice out{environment("FAIRLEAD_TEST_ENGINE", "20.10"), environment("PATH", ""), ""};
  if (out.name == "20.10") return out;
  const auto folder = fetched() / out.name;
  if (access((folder / "usr/sbin/dockerd").c_str(), X_OK) == 0) {
    out.path = (folder / "usr/sbin").string() + ":" + out.path;
    return out;
  }
  const auto said = trim(read_text(folder.string() + ".problem"));
  out.problem = said.empty() ? "run scripts/fetch-engines" : said;
  return out;
}

}  // namespace fairlead::engine_test
