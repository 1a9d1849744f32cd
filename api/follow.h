// The two streams: what is recorded, and what changes. Both are pulled from the View with one
// number as their memory (controller/report/changes.h).
//
// Each event has an id, START-NUMBER: when this daemon started and a number that grows. Sent back
// (Last-Event-ID, or a parameter `after`) it continues the stream without a hole. Where that can't
// be, because too much has happened since or another daemon has given the id, an event `gap` comes
// first, {"message": …}, and then the stream begins anew.
//
//   event     numbers                     kept                     after a gap
//   recorded  of the log of events        the last thousand        all that are kept
//   Apps      revisions of their status   of each App the last,    the whole list
//                                         of a thousand gone ones
//
// The two numbers are not each other's: an id of one stream means nothing to the other, and nobody
// tells them apart. Wire format: sent_events.h; for users: docs/api.md, "Streams".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/exchange.h"
#include "controller/report/view.h"

namespace fairlead::api {

// How far a reader has read.
struct Position {
  std::uint64_t number = 0;
  bool ours = true;  // false: the id is of another start of the daemon
};

// An id of this daemon. Its start is in milliseconds since the epoch, so that a daemon that was
// started again gives other ids even though its numbers begin anew.
std::string position_id(const controller::View& view, std::uint64_t number);
// Reads an id, or the number alone, which is taken for one of this daemon; nullopt if it is
// neither.
std::optional<Position> parse_position(const controller::View& view, std::string_view text);

// Which events, and from where on.
struct EventQuery {
  std::optional<std::string> app;  // its key; only events about it
  std::optional<Position> after;   // without one: all that are kept
  // Only so many of those that are there already, of those that `app` lets through.
  std::optional<std::uint64_t> last;
};

// The sequence number after which `query` begins: the newest of those that it leaves out. For the
// list of events too, so that a list and a stream begin alike.
std::uint64_t begin_of(const controller::View& view, const EventQuery& query);

// `recorded` with the event (json.h), for each that was recorded after the query's beginning, as it
// is recorded; a repeat comes again with a higher count, and a new number. The View must outlive
// the source.
std::unique_ptr<Source> follow_events(const controller::View& view, EventQuery query);

// As a Kubernetes watch: ADDED with the App (json.h) for each App and Network, BOOKMARK {} when
// these are through, then ADDED, MODIFIED and DELETED as they change. A reader that was slow gets
// the last state of each, not every one in between: an App that came and went unread was never
// there. DELETED has key, name and kind only. After an `after` that is still good the first part is
// left out. Only the BOOKMARK and what follows has an id: whoever is cut off in the list gets it
// anew. The View must outlive the source.
std::unique_ptr<Source> watch_apps(const controller::View& view, std::optional<Position> after);

}  // namespace fairlead::api
