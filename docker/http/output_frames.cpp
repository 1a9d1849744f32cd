#include "docker/http/output_frames.h"

#include <algorithm>

namespace fairlead::docker {
namespace {

constexpr std::size_t kHeader = 8;
// What fits into a message, a status and a line of the log.
constexpr std::size_t kKept = 2048;
constexpr std::string_view kBlanks = " \t\r\n";

}  // namespace

void OutputFrames::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (payload_left_ > 0) {
      const auto piece = bytes.substr(0, payload_left_);
      kept_ += piece;
      payload_left_ -= piece.size();
      bytes.remove_prefix(piece.size());
      // Only now and then: each cut moves what is kept.
      if (kept_.size() > 2 * kKept) {
        kept_.erase(0, kept_.size() - kKept);
        cut_ = true;
      }
      continue;
    }
    const auto piece = bytes.substr(0, kHeader - header_.size());
    header_ += piece;
    bytes.remove_prefix(piece.size());
    if (header_.size() < kHeader) return;
    for (std::size_t i = 4; i < kHeader; ++i)
      payload_left_ = payload_left_ << 8 | static_cast<unsigned char>(header_[i]);
    header_.clear();
  }
}

std::string OutputFrames::tail() const {
  std::string_view text = kept_;
  const bool cut = cut_ || text.size() > kKept;
  text.remove_prefix(text.size() - std::min(text.size(), kKept));
  // Without a blank in all of it nothing is left, which is right: it may be one long secret.
  if (cut) text.remove_prefix(std::min(text.find_first_of(kBlanks), text.size()));
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return "";
  const auto last = text.find_last_not_of(kBlanks);
  return std::string(text.substr(first, last - first + 1));
}

}  // namespace fairlead::docker
