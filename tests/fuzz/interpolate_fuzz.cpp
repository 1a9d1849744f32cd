// Any text with variables: no crash, no hang, bounded growth.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/load/interpolate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string kOne = "1", kEmpty, kDollar = "${A}";
  const auto lookup = [](const std::string& name) -> const std::string* {
    if (name.empty() || name[0] == 'N') return nullptr;
    if (name[0] == 'E') return &kEmpty;
    return name[0] == 'D' ? &kDollar : &kOne;
  };
  const auto done =
      fairlead::model::interpolate(std::string(reinterpret_cast<const char*>(data), size), lookup);
  if (done && done->text.size() > (std::size_t{2} << 20)) __builtin_trap();
  return 0;
}
