// Who came first stays, whatever a second file calls itself, wherever it sorts, and however often
// Fairlead is started again meanwhile (F085).
#include <gmock/gmock.h>

#include <map>
#include <thread>

#include "tests/engine/scenario.h"

namespace fairlead::engine_test {

using std::chrono::seconds;
using testing::HasSubstr;

// Beyond the tests' removal grace and the three readings of the directory that it needs.
constexpr seconds kBeyondTheGrace{6};

constexpr const char* kWeb = ": {image: 'fairlead/sample:1', command: [/sample, sleep], ";

std::string one_service(const std::string& app, const std::string& service,
                        const std::string& more) {
  return "name: " + app + "\nservices:\n  " + service + kWeb + more + "}\n";
}

struct Contest {
  std::string file;
  std::string first_app, first;  // in force
  std::string second;            // its file comes later
  std::string container;         // of the first
};

const Contest kContests[] = {
    {"app", "victim", one_service("victim", "web", "environment: {A: first}"),
     one_service("victim", "other", "environment: {A: second}"), "victim-web-1"},
    {"joined", "a-b", one_service("a-b", "c", ""), one_service("a", "b-c", ""), "a-b-c-1"},
    {"parted", "d", one_service("d", "e-f", ""), one_service("d-e", "f", ""), "d-e-f-1"},
    {"temporary", "p", one_service("p", "web", "container_name: main"),
     one_service("q", "web", "container_name: main.next"), "main"},
    {"plain", "r", one_service("r", "web", "container_name: side.next"),
     one_service("s", "web", "container_name: side"), "side.next"},
};

class Clashes : public Scenario {
 protected:
  static std::map<std::string, std::string> footprints() {
    std::map<std::string, std::string> found;
    for (const auto& each : kContests)
      found[each.file] = footprint(each.first_app);
    return found;
  }
  static std::string all_containers() {
    std::string names;
    for (const auto& name : engine().list({"ps", "-a", "--format", "{{.Names}}"}))
      names += name + " ";
    return names;
  }
};

TEST_F(Clashes, OfAppsAndDockerNamesChangeNothingOfEither) {
  for (const auto& each : kContests)
    fairlead_->put("m-" + each.file + ".yaml", each.first);
  fairlead_->start();
  for (const auto& each : kContests)
    ASSERT_TRUE(eventually([&] { return runs(each.container); }, seconds(30)))
        << each.container << fairlead_->ask({"get", "apps"}).text;
  ASSERT_TRUE(eventually(
      [&] {
        const auto apps = fairlead_->ask({"get", "apps"}).text;
        return apps.find("OutOfSync") == std::string::npos;
      },
      seconds(20)));
  const auto before = footprints();
  const auto containers = all_containers();
  // Newcomers sort before, and behind, those in force; once while Fairlead runs, once while not.
  for (const std::string place : {"a-", "z-"}) {
    for (const bool running : {true, false}) {
      const std::string where = place + (running ? " while it runs" : " between two runs");
      if (!running) {
        EXPECT_EQ(fairlead_->stop(), 0);
      }
      for (const auto& each : kContests)
        fairlead_->put(place + each.file + ".yaml", each.second);
      if (!running) fairlead_->start();
      std::this_thread::sleep_for(kBeyondTheGrace);
      EXPECT_EQ(footprints(), before) << where;
      EXPECT_EQ(all_containers(), containers) << where;
      const auto files = fairlead_->ask({"get", "files", "-o", "json"}).text;
      for (const auto& each : kContests)
        EXPECT_THAT(files, HasSubstr("\"file\":\"" + place + each.file + ".yaml\",\"valid\":false"))
            << where;
      EXPECT_EQ(fairlead_->stop(), 0);
      fairlead_->start();
      std::this_thread::sleep_for(kBeyondTheGrace);
      EXPECT_EQ(footprints(), before) << where << ", and a restart";
      EXPECT_EQ(all_containers(), containers) << where << ", and a restart";
      for (const auto& each : kContests)
        fairlead_->remove(place + each.file + ".yaml");
      std::this_thread::sleep_for(kBeyondTheGrace);
      EXPECT_EQ(footprints(), before) << where << ", and without them";
    }
  }
}

}  // namespace fairlead::engine_test
