// Any bytes as an environment file, in both formats.
#include <cstddef>
#include <cstdint>
#include <string>

#include "model/load/env_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string kOne = "1";
  const auto lookup = [](const std::string& name) { return name == "A" ? &kOne : nullptr; };
  const std::string text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(fairlead::model::parse_env_file(text, lookup));
  static_cast<void>(fairlead::model::parse_raw_env_file(text, lookup));
  return 0;
}
