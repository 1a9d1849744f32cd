// Random numbers as an interface, so that a simulation replays from its seed. For the jitter of
// back-offs and for IDs that nobody else has by chance.
//
// The loop takes a Random& and never asks the system itself: one call that did would make a run
// unrepeatable. Whether a number must also be one that nobody can guess (the key of digests) is for
// whoever wires the parts together: with SystemRandom all of them are.
//
// One thread at a time: an implementation keeps state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace fairlead {

// Sixty-four bits at a time; everything else is made of these here, so that each implementation
// gives the same jitter and the same IDs from the same numbers.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  // In [0, bound), uniform as far as `bound` is far below 2^64; 0 for bound 0.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
  // Uniform in [0, 1): the upper 53 bits, which is what a double holds.
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // `digits` lower-case hexadecimal digits. Takes one number for each: 32 of them name an instance,
  // 64 an object of the embedded engine.
  std::string hex(std::size_t digits);
};

// Reproducible from its seed on every platform (std::mt19937_64 is laid down by the standard; its
// distributions are not, and are not used). For simulation and tests: whoever sees some of its
// numbers knows the next ones.
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
