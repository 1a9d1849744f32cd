// What a process wrote, from the engine's multiplexed stream: exec and logs. Private to docker/.
//
// For the last words of a hook or of a container that ended, in an error message. Not for a
// container with a TTY, whose output has no frames.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fairlead::docker {

// Frames of {stream, 0, 0, 0, length as big-endian 32 bits} and so many bytes (POST
// /containers/ID/attach, "Stream format"), in pieces of any size. Keeps only the end, so that a
// command that writes for hours costs a few KiB. Standard output and error are not told apart: in
// the order in which they came they are what a terminal would have shown.
class OutputFrames {
 public:
  // Any bytes: a stream that is no such stream gives nonsense of a bounded size, and no error.
  void feed(std::string_view bytes);
  // The last 2 KiB, without blanks at its ends; from the first whole word on, where it was longer:
  // the rest of a word may be the rest of a secret, which no mask knows. May be any bytes.
  std::string tail() const;

 private:
  std::string header_;
  std::size_t payload_left_ = 0;
  std::string kept_;
  bool cut_ = false;
};

}  // namespace fairlead::docker
