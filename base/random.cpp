#include "base/random.h"

namespace fairlead {

std::string Random::hex(std::size_t digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out(digits, '0');
  for (auto& c : out)
    c = kDigits[next() & 0xF];
  return out;
}

std::uint64_t SystemRandom::next() {
  return (static_cast<std::uint64_t>(device_()) << 32) | device_();
}

}  // namespace fairlead
