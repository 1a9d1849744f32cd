#include "api/follow.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <charconv>
#include <chrono>
#include <ranges>
#include <utility>

#include "api/json.h"
#include "api/sent_events.h"
#include "controller/objects/key.h"

namespace fairlead::api {
namespace {

namespace json = boost::json;

// So many changes are looked up at a time.
constexpr std::size_t kPageOfChanges = 64;

// All of the text, or none.
std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Tells one life of the daemon from another. It need not be right, only different each time.
std::uint64_t start_of(const controller::View& view) {
  const auto since_epoch = view.started_at().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
}

std::string event_of(std::string id, std::string type, const json::object& data) {
  auto text = to_text(data);
  text.pop_back();  // its line feed
  return sent_text({std::move(id), std::move(type), std::move(text)});
}

// Without an id: whoever is cut off right behind it gets it again.
std::string gap(std::string message) {
  return event_of("", "gap", {{"message", std::move(message)}});
}

// What both have in common: they wake when the View has something new. Dropping `wake_` ends that.
class ViewSource : public Source {
 public:
  explicit ViewSource(const controller::View& view) : view_(view) {}
  void start(std::function<void()> wake) override {
    wake_ = std::make_shared<const controller::Changes::Listener>(std::move(wake));
    view_.changes().listen(wake_);
  }
  std::string take() override {
    // Also makes the first piece come at once, so that a reader sees that it is connected.
    std::string out = std::exchange(begun_, true) ? "" : kRetryLine;
    add_to(out);
    return out;
  }

 protected:
  virtual void add_to(std::string& out) = 0;
  const controller::View& view_;

 private:
  std::shared_ptr<const controller::Changes::Listener> wake_;
  bool begun_ = false;
};

// The log of events, from a number on. The log may lose its oldest events at any time; each take()
// looks at that first.
class EventFollower final : public ViewSource {
 public:
  EventFollower(const controller::View& view, EventQuery query)
      : ViewSource(view),
        query_(std::move(query)),
        // What a reader without a place of its own has never been promised is not missed.
        cursor_(query_.after ? query_.after->number
                             : std::max(begin_of(view, query_), view.forgotten_events())) {}

 private:
  void add_to(std::string& out) override {
    const auto& events = view_.events();
    note_gap(out);
    const auto first =
        std::ranges::upper_bound(events, cursor_, {}, &controller::EventRecord::sequence);
    for (auto at = first; at != events.end() && out.size() < kPieceBytes; ++at) {
      // Also of those that the query leaves out: they are not looked at again.
      cursor_ = at->sequence;
      if (query_.app && at->app != *query_.app) continue;
      out += event_of(position_id(view_, cursor_), "recorded", to_json(*at));
    }
  }

  // Two ways to have missed something: a number that is not of this daemon (foreign, or higher than
  // any that there is), and one that the log has forgotten meanwhile.
  void note_gap(std::string& out) {
    const auto& events = view_.events();
    const auto newest = events.empty() ? view_.forgotten_events() : events.back().sequence;
    const bool foreign = query_.after && !std::exchange(query_.after->ours, true);
    if (foreign || cursor_ > newest) {
      out += gap("the place to go on from is not of this daemon: it was started again");
      cursor_ = view_.forgotten_events();
    } else if (cursor_ < view_.forgotten_events()) {
      out += gap("events after number " + std::to_string(cursor_) + " are no longer kept");
      cursor_ = view_.forgotten_events();
    }
  }

  EventQuery query_;
  std::uint64_t cursor_;
};

// Either listing (from the first App to the last, by key) or following changes. A change that can't
// be answered any more leads back to listing.
class AppWatcher final : public ViewSource {
 public:
  AppWatcher(const controller::View& view, std::optional<Position> after) : ViewSource(view) {
    if (!after) return;
    // Asked for one change only to learn whether the place is still known.
    missed_ = !after->ours || !view.changes().since(after->number, 1);
    listing_ = missed_;
    if (!missed_) revision_ = after->number;
  }

 private:
  void add_to(std::string& out) override {
    if (!listing_) add_changes(out);
    if (std::exchange(missed_, false)) {
      out += gap("what was removed meanwhile is no longer known: here is everything anew");
    }
    if (listing_) add_listed(out);
  }

  // Changes come after the list, from where it began: what changes under it is told again. What
  // goes under it is told as DELETED, whether it was listed or not.
  void add_listed(std::string& out) {
    const auto& apps = view_.apps();
    if (!listed_upto_) revision_ = view_.changes().revision();
    auto at = listed_upto_ ? apps.upper_bound(*listed_upto_) : apps.begin();
    for (; at != apps.end(); ++at) {
      if (out.size() >= kPieceBytes) return;
      listed_upto_ = at->first;
      out += event_of("", "ADDED", to_json(at->first, at->second));
    }
    listing_ = false;
    listed_upto_.reset();
    out += event_of(position_id(view_, revision_), "BOOKMARK", {});
  }

  void add_changes(std::string& out) {
    while (out.size() < kPieceBytes) {
      const auto page = view_.changes().since(revision_, kPageOfChanges);
      // The page is none: too much has gone since, and nobody knows what. First a gap, then
      // everything.
      missed_ = listing_ = !page;
      if (!page) return;
      for (const auto& change : page->changes) {
        if (out.size() >= kPieceBytes) return;
        revision_ = change.revision;
        out += told(change);
      }
      revision_ = page->upto;
      if (page->changes.empty()) return;
    }
  }

  std::string told(const controller::Change& change) const {
    auto id = position_id(view_, change.revision);
    const auto found = view_.apps().find(change.key);
    if (change.there && found != view_.apps().end()) {
      return event_of(std::move(id), change.appeared ? "ADDED" : "MODIFIED",
                      to_json(change.key, found->second));
    }
    // All that is left of it is its key.
    const auto key = controller::key_from(change.key);
    const bool network = key.kind == controller::Key::Kind::kNetwork;
    return event_of(
        std::move(id), "DELETED",
        {{"key", change.key}, {"name", key.name}, {"kind", network ? "Network" : "App"}});
  }

  std::uint64_t revision_ = 0;
  bool listing_ = true;
  bool missed_ = false;
  std::optional<std::string> listed_upto_;
};

}  // namespace

std::string position_id(const controller::View& view, std::uint64_t number) {
  return std::to_string(start_of(view)) + "-" + std::to_string(number);
}

std::optional<Position> parse_position(const controller::View& view, std::string_view text) {
  const auto dash = text.find('-');
  const auto number = whole_number(dash == std::string_view::npos ? text : text.substr(dash + 1));
  if (!number) return std::nullopt;
  if (dash == std::string_view::npos) return Position{*number, true};
  const auto start = whole_number(text.substr(0, dash));
  if (!start) return std::nullopt;
  return Position{*number, *start == start_of(view)};
}

// Counted from behind: `last` is about the newest ones.
std::uint64_t begin_of(const controller::View& view, const EventQuery& query) {
  const std::uint64_t after = query.after && query.after->ours ? query.after->number : 0;
  if (!query.last) return after;
  std::uint64_t wanted = *query.last;
  for (const auto& event : std::views::reverse(view.events())) {
    if (query.app && event.app != *query.app) continue;
    // The first that is one too many, unless `after` has left it out anyway.
    if (wanted == 0) return std::max(after, event.sequence);
    --wanted;
  }
  return after;
}

std::unique_ptr<Source> follow_events(const controller::View& view, EventQuery query) {
  return std::make_unique<EventFollower>(view, std::move(query));
}

std::unique_ptr<Source> watch_apps(const controller::View& view, std::optional<Position> after) {
  return std::make_unique<AppWatcher>(view, after);
}

}  // namespace fairlead::api
