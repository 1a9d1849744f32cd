// Any bytes as a manifest: no crash, no hang, and every result can be printed.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "model/form/compose_json.h"
#include "model/form/to_yaml.h"
#include "model/host_access.h"
#include "model/manifest.h"

namespace {

using fairlead::model::Source;

// Files that manifests may refer to: small ones of each kind, and the input itself.
Source read_source(std::string_view input, const std::string& path) {
  const auto present = [](std::string text) {
    return Source{Source::State::kPresent, std::make_shared<const std::string>(std::move(text)),
                  ""};
  };
  if (path.ends_with(".env")) return present("A=1\nB=${A}\n");
  if (path.ends_with(".txt")) return present("text");
  if (path.ends_with(".yaml")) return present(std::string(input));
  return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  fairlead::model::DecodeOptions options;
  options.host_root = "/m";
  options.environment = {{"A", "1"}, {"LONG", std::string(1000, 'x')}};
  options.read = [input](const std::string& path) { return read_source(input, path); };
  const auto manifest = fairlead::model::decode("a.yaml", input, options);
  for (const auto& app : manifest.apps)
    fairlead::model::to_yaml(fairlead::model::to_json(app));
  for (const auto& network : manifest.networks)
    fairlead::model::to_yaml(fairlead::model::to_json(network));
  fairlead::model::decode_policy("policy.yaml", input);
  return 0;
}
