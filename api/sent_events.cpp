#include "api/sent_events.h"

#include <utility>

namespace fairlead::api {

std::string sent_text(const SentEvent& event) {
  std::string out;
  if (!event.id.empty()) out += "id: " + event.id + "\n";
  if (!event.type.empty()) out += "event: " + event.type + "\n";
  // Each line of the data is one of its own; put together again with line feeds between them.
  std::string_view rest = event.data;
  while (true) {
    const auto end = rest.find('\n');
    out.append("data: ").append(rest.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return out + "\n";
}

// A line that begins with a colon is a comment, and its name is empty: nothing fits it. Unknown
// names are passed over, as the standard has it.
void SentEventReader::read_line(std::string_view line) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  // One blank behind the colon is not part of the value.
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "id") {
    event_.id = value;
  } else if (name == "event") {
    event_.type = value;
  } else if (name == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  }
}

Status SentEventReader::feed(std::string_view bytes,
                             const std::function<void(const SentEvent&)>& take) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    line_.append(bytes.substr(0, end));
    // Before it is kept any longer: something that never ends the line is no daemon of ours.
    if (line_.size() + event_.data.size() > kMaxEventBytes) {
      return failure(ErrorClass::kInvalid, Reason::kInternalError,
                     "the daemon's stream holds an event without an end");
    }
    if (end == std::string_view::npos) return {};
    bytes.remove_prefix(end + 1);
    const std::string line = std::exchange(line_, {});
    if (!line.empty()) {
      read_line(line);
      continue;
    }
    // An empty line: what was gathered is an event, if it has data.
    const SentEvent event = std::exchange(event_, {});
    if (std::exchange(has_data_, false)) take(event);
  }
  return {};
}

}  // namespace fairlead::api
