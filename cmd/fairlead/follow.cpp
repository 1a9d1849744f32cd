#include "cmd/fairlead/follow.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <functional>
#include <map>
#include <utility>

#include "api/client.h"
#include "base/time_text.h"
#include "cmd/fairlead/commands.h"
#include "cmd/fairlead/print.h"
#include "cmd/fairlead/tables.h"

namespace fairlead::cli {
namespace {

// Wide enough for what is usual, so that lines that come one by one stay in line.
constexpr std::array<std::size_t, 4> kEventWidths = {8, 7, 20, 28};
constexpr std::array<std::size_t, 6> kAppWidths = {12, 7, 7, 9, 11, 3};

// The client's words are about a socket; here they are about a daemon that was there.
Error hung_up(Error error) {
  if (error.reason == Reason::kTimeout) {
    error.message = "the daemon has fallen silent";
    error.hint = "see its log; a stopped process (kill -CONT) or a full machine would explain it";
  } else {
    error.message = "the daemon has gone: it was stopped, or has crashed";
    error.hint = "see its log, start it again with `fairlead run`, and follow it anew";
  }
  return error;
}

// Gives each event, as an object, to `show`. Returns the exit code.
int follow_all(const Options& options, const Target& target,
               const std::function<void(const std::string& type, const Json& object)>& show) {
  api::Following following;
  following.socket_path = socket_path(options);
  following.target = target;
  following.output = STDOUT_FILENO;
  bool heard = false;
  following.take = [&show, &heard](const api::SentEvent& event) {
    heard = true;
    boost::system::error_code bad;
    const auto object = boost::json::parse(event.data, bad);
    // Of a later version, perhaps: passed over.
    if (bad || !object.is_object()) return true;
    if (event.type == "gap") {
      complain("note: " + text(object.as_object(), "message"));
    } else {
      show(event.type, object.as_object());
    }
    return pass_on();
  };
  api::Reply refusal;
  const auto ended = api::follow(following, refusal);
  if (!ended) {
    // Gone, or never there: the two have different next steps.
    const bool was_there = heard || ended.error().reason != Reason::kNotFound;
    return fail(was_there ? hung_up(ended.error()) : no_daemon(options, ended.error()));
  }
  switch (*ended) {
    case api::Followed::kRefused:
      return fail(refusal_of(refusal));
    case api::Followed::kReaderGone:
      return kReaderGone;
    case api::Followed::kEnough:
      break;
  }
  return kOk;  // standard output refused a line: delivered() says so
}

// True if it was one of these that was asked for.
bool show_structured(const Options& options, const Json& object) {
  if (options.output == "yaml") put_document("---\n");
  return print_structured(options, boost::json::value(object));
}

// 14:03:07 of 2026-11-23T14:03:07.120Z. Ages would be wrong a moment later.
std::string clock_of(const std::string& rfc3339) {
  return rfc3339.size() >= 19 ? rfc3339.substr(11, 8) : or_dash(rfc3339);
}

// Prints Apps as they come: all that there are as one table, whose columns the later rows keep.
class AppPrinter {
 public:
  AppPrinter(const Options& options, const std::vector<std::string>& names)
      : options_(options), names_(names) {}

  void show(const std::string& type, const Json& app) {
    // All that were there at the beginning have been told.
    if (type == "BOOKMARK") return print_first();
    const auto name = text(app, "name");
    if (!names_.empty() && std::ranges::find(names_, name) == names_.end()) return;
    if (options_.output == "name") return say(name);
    if (show_structured(options_, {{"type", type}, {"object", app}})) return;
    if (!listed_) {
      first_.push_back(app);
    } else {
      print_row(row_of(type, app), widths_);
    }
  }

 private:
  bool wide() const { return options_.output == "wide"; }

  Row row_of(const std::string& type, const Json& app) const {
    // One row of the same table, so that both have the same columns.
    if (type != "DELETED") return apps_table({app}, wide()).back();
    Row row(apps_table({}, wide()).front().size(), "-");
    row[0] = text(app, "name");
    row[1] = text(app, "kind");
    row[6] = "Deleted";
    return row;
  }

  void print_first() {
    // A gap brings everything anew, with a BOOKMARK of its own: those rows are printed as they
    // come.
    if (std::exchange(listed_, true) || options_.output == "name" || options_.output == "json" ||
        options_.output == "yaml")
      return;
    for (const auto& row : apps_table(first_, wide()))
      widen(widths_, row);
    for (const auto& row : apps_table(first_, wide()))
      print_row(row, widths_);
    first_.clear();
  }

  const Options& options_;
  const std::vector<std::string>& names_;
  std::vector<Json> first_;
  std::vector<std::size_t> widths_ = {kAppWidths.begin(), kAppWidths.end()};
  bool listed_ = false;
};

}  // namespace

int follow_events(const Options& options, const Target& target) {
  std::vector<std::size_t> widths(kEventWidths.begin(), kEventWidths.end());
  bool headed = false;
  return follow_all(
      options, target.with("follow", "true"), [&](const std::string&, const Json& event) {
        if (options.output == "name") return say(text(event, "object"));
        if (show_structured(options, event)) return;
        if (!std::exchange(headed, true))
          print_row({"TIME", "TYPE", "REASON", "OBJECT", "MESSAGE"}, widths);
        const auto count = text(event, "count");
        print_row({clock_of(text(event, "last")), text(event, "type"), text(event, "reason"),
                   text(event, "object"),
                   text(event, "message") + (count == "1" ? "" : " (x" + count + ")")},
                  widths);
      });
}

int watch_apps(const Options& options, const std::vector<std::string>& names) {
  AppPrinter printer(options, names);
  return follow_all(
      options, Target::of("api", "v1", "apps").with("watch", "true"),
      [&printer](const std::string& type, const Json& app) { printer.show(type, app); });
}

}  // namespace fairlead::cli
