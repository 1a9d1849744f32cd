// Random numbers as an interface, so that a simulation replays from its seed. For the jitter of
// back-offs and for IDs that nobody else has by chance.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace fairlead {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  // In [0, bound), uniform as far as `bound` is far below 2^64; 0 for bound 0.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
  // Uniform in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // `digits` lower-case hexadecimal digits.
  std::string hex(std::size_t digits);
};

// Reproducible from its seed on every platform.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

// The kernel's: fit for keys. A block of numbers at a time, since a hexadecimal ID takes 64 of
// them, and the processor's own generator, which is what std::random_device asks, takes
// microseconds for each. Throws std::system_error where the kernel gives none.
class SystemRandom final : public Random {
 public:
  std::uint64_t next() override;

 private:
  std::array<std::uint64_t, 32> block_{};
  std::size_t left_ = 0;  // of the block
};

}  // namespace fairlead
