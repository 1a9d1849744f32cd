// What a process wrote, from the engine's multiplexed stream. Private to docker/.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fairlead::docker {

// Frames of {stream, 0, 0, 0, length as big-endian 32 bits} and so many bytes
// (POST /containers/ID/attach, "Stream format"), in pieces of any size. Keeps only the end.
class OutputFrames {
 public:
  void feed(std::string_view bytes);
  // The last 2 KiB, without blanks at its ends; from the first whole word on, where it was longer:
  // the rest of a word may be the rest of a secret, which no mask knows.
  std::string tail() const;

 private:
  std::string header_;
  std::size_t payload_left_ = 0;
  std::string kept_;
  bool cut_ = false;
};

}  // namespace fairlead::docker
