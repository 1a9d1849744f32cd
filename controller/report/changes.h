// What changed of that which a View shows, and when: for readers that wait for the next change
// instead of asking again and again. A reader keeps one number, the revision that it has seen, and
// nothing is kept for it here: a thousand slow readers cost no memory, and each gets the newest.
//
//   auto page = changes.since(seen, 100);
//   if (!page) …                                // too long away: read all, go on from revision()
//   for (const auto& change : page->changes) …  // App `key` came, changed or went
//   seen = page->upto;
//
// Behind `fairlead get apps --watch` and GET /api/v1/apps?watch=true. States in between are not
// kept: a reader who comes late sees the last one, once
// (docs/decisions/0011-streams-are-pulled.md). Events have numbers of their own (event_log.h);
// news() tells those who wait that there are some.
//
// A revision is of this process alone, and begins with 0 at its start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fairlead::controller {

// The last change of one App or Network.
struct Change {
  std::uint64_t revision = 0;
  std::string key;  // as in View::apps()
  bool there = true;
  bool appeared = false;  // it is there now and was not at the revision that was asked about
};

// Written by the StatusBoard alone. Costs as much as there are Apps, and kGoneKept of those that
// went.
class Changes {
 public:
  // So many keys that have gone are remembered.
  static constexpr std::size_t kGoneKept = 1000;
  using Listener = std::function<void()>;

  // The status of `key` differs from before, or is new. Calls the listeners, as the next two do.
  void changed(const std::string& key);
  // `key` is no longer there. Nothing, if it was never said to be.
  void gone(const std::string& key);
  // Something else is to be read: an event was recorded.
  void news();

  // Grows by one with each change of a status; 0 before the first.
  std::uint64_t revision() const { return revision_; }

  struct Page {
    std::vector<Change> changes;  // oldest first, each key once with its last change
    std::uint64_t upto = 0;       // where to go on
  };
  // At most `limit` changes after `revision`; what came and went in between is none. nullopt: what
  // has gone since then is no longer known, or the revision is none of ours; read all Apps again.
  std::optional<Page> since(std::uint64_t revision, std::size_t limit) const;

  // Calls `listener` after each change and each news, on the controller's thread, until its owner
  // lets go of it. It must not change anything here.
  void listen(std::weak_ptr<const Listener> listener) const;

 private:
  struct Entry {
    std::string key;
    std::uint64_t appeared = 0;  // the revision at which it came
    bool there = true;
  };
  void enter(Entry entry);
  void forget_oldest();

  std::uint64_t revision_ = 0;
  std::uint64_t forgotten_ = 0;             // the newest revision at which a forgotten key went
  std::map<std::uint64_t, Entry> entries_;  // by the revision of the last change
  std::map<std::string, std::uint64_t> latest_;  // key → its place in entries_
  std::set<std::uint64_t> gone_;                 // those of entries_ that are not there
  mutable std::vector<std::weak_ptr<const Listener>> listeners_;
};

}  // namespace fairlead::controller
