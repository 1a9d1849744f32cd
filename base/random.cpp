#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace fairlead {

std::string Random::hex(std::size_t digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out(digits, '0');
  for (auto& c : out)
    c = kDigits[next() & 0xF];
  return out;
}

std::uint64_t SystemRandom::next() {
  if (left_ == 0) {
    static_assert(sizeof block_ <= 256, "so much comes whole, and no signal cuts it");
    if (::getrandom(block_.data(), sizeof block_, 0) != static_cast<ssize_t>(sizeof block_))
      throw std::system_error(errno, std::generic_category(), "getrandom");
    left_ = block_.size();
  }
  // What was given is not kept: it may be a key.
  return std::exchange(block_[--left_], 0);
}

}  // namespace fairlead
