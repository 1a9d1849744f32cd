#include "metrics/metrics.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

#include "metrics/catalogue.h"
#include "tests/metrics/page.h"
#include "tests/support/fake_view.h"

namespace fairlead::metrics {
namespace {

using test::Page;

class MetricsPage : public testing::Test {
 protected:
  Page page() { return Page(metrics->render()); }

  VirtualClock clock;
  Logger log{clock, [](const LogRecord&) {}};
  test::FakeView view = test::populated_view();
  std::unique_ptr<Metrics> metrics = make_metrics(view, log, {"1.2.3", "abc", "cc"});
};

void feed_everything(Metrics& metrics) {
  metrics.reconcile_ended("success", 0.2);
  metrics.drift_detected("shop", controller::Kind::kContainer);
  metrics.restarts_seen("shop", "web", 2);
  metrics.converged(3);
  metrics.manifest_scanned(0.01);
  metrics.queue_durations({0.1}, {0.2});
  metrics.loop_lag(0.001);
  metrics.docker_event("container", "health_status: healthy");
  metrics.docker_call({docker::Operation::kPing, 200, std::chrono::milliseconds(3)});
  metrics.docker_calls_in_flight(1);
  metrics.http_request("/metrics", "GET", 200, 0.002);
}

TEST_F(MetricsPage, PassesPromtoolsLint) {
  const bool there = std::system("command -v promtool >/dev/null 2>&1") == 0;
  if (!there) {
    const char* ci = std::getenv("CI");
    ASSERT_FALSE(ci != nullptr && std::string(ci) == "true") << "promtool must be installed in CI";
    GTEST_SKIP() << "promtool is not installed";
  }
  feed_everything(*metrics);
  const std::string path = testing::TempDir() + "fairlead_metrics_page.txt";
  std::ofstream(path) << metrics->render();
  EXPECT_EQ(std::system(("promtool check metrics <'" + path + "'").c_str()), 0);
}

TEST_F(MetricsPage, HoldsEveryMetricOfTheCatalogueWithItsHelp) {
  feed_everything(*metrics);
  const auto text = metrics->render();
  for (const auto& row : catalogue()) {
    EXPECT_NE(text.find(std::string("# HELP ") + row.name + " " + row.help + "\n"),
              std::string::npos)
        << row.name;
  }
}

TEST_F(MetricsPage, HoldsNoSeriesTwice) {
  auto old = view.app_rows["shop"].containers.front();
  old.name = "shop-web-1-old";  // a replacement: two containers of one service
  view.app_rows["shop"].containers.push_back(old);
  feed_everything(*metrics);
  EXPECT_EQ(page().twice(), "");
}

TEST_F(MetricsPage, ShowsAConditionAsOneOfThree) {
  const auto series = [](std::string condition, std::string status) {
    return "fairlead_app_status_condition{app=\"shop\",condition=\"" + condition + "\",status=\"" +
           status + "\"}";
  };
  EXPECT_EQ(page().value(series("Ready", "false")), 1);
  EXPECT_EQ(page().value(series("Ready", "true")), 0);
  EXPECT_EQ(page().value(series("Stalled", "unknown")), 1);  // not set yet
}

TEST_F(MetricsPage, CountsDriftByObjectNotByField) {
  EXPECT_EQ(page().value(R"(fairlead_drift_objects{app="shop",kind="container",type="changed"})"),
            1);
  EXPECT_EQ(page().value(R"(fairlead_drift_objects{app="shop",kind="volume",type="extra"})"), 0);
}

TEST_F(MetricsPage, ShowsAllSevenContainerStates) {
  for (const char* state : {"created", "paused", "restarting", "removing", "exited", "dead"}) {
    EXPECT_EQ(
        page().value(std::string("fairlead_app_containers{app=\"shop\",state=\"") + state + "\"}"),
        0)
        << state;
  }
  EXPECT_EQ(page().value(R"(fairlead_app_containers{app="shop",state="running"})"), 1);
}

TEST_F(MetricsPage, ShowsHowFullANetworkIs) {
  EXPECT_EQ(page().value(R"(fairlead_network_endpoints{app="shop",network="front"})"), 1);
  EXPECT_EQ(page().value(R"(fairlead_network_addresses_capacity{app="shop",network="front"})"),
            253);
}

TEST_F(MetricsPage, StartsEveryReasonResultAndOperationAtZero) {
  EXPECT_EQ(page().value(R"(fairlead_reconcile_errors_total{reason="SubnetOverlap"})"), 0);
  EXPECT_EQ(page().value(R"(fairlead_reconcile_total{result="superseded"})"), 0);
  EXPECT_EQ(
      page().value(R"(fairlead_docker_requests_total{code="none",operation="network_create"})"), 0);
  EXPECT_EQ(page().value(R"(fairlead_drift_detected_total{app="shop",kind="network"})"), 0);
}

TEST_F(MetricsPage, ForgetsAnAppWithAllItsSeries) {
  feed_everything(*metrics);
  EXPECT_EQ(page().value(R"(fairlead_container_restarts_total{app="shop",container="web"})"), 2);
  view.app_rows.erase("shop");
  metrics->app_forgotten("shop");
  EXPECT_EQ(metrics->render().find("app=\"shop\""), std::string::npos);
}

TEST_F(MetricsPage, LeavesPerAppSeriesOutWhenAsked) {
  auto lean = make_metrics(view, log, {}, false);
  feed_everything(*lean);
  const auto text = lean->render();
  EXPECT_EQ(text.find("app=\""), std::string::npos);
  EXPECT_EQ(Page(text).value(R"(workqueue_depth{name="apps"})"), 2);
}

TEST_F(MetricsPage, MapsEngineEventsOntoAClosedList) {
  metrics->docker_event("container", "exec_create: sh -c secret");
  metrics->docker_event("container", "health_status: healthy");
  metrics->docker_event("plugin", "enable");
  EXPECT_EQ(page().value(R"(fairlead_docker_events_total{action="exec",type="container"})"), 1);
  EXPECT_EQ(
      page().value(R"(fairlead_docker_events_total{action="health_status",type="container"})"), 1);
  EXPECT_EQ(page().value(R"(fairlead_docker_events_total{action="other",type="other"})"), 1);
}

TEST_F(MetricsPage, LeavesStreamsOutOfTheRequestDurations) {
  metrics->docker_call({docker::Operation::kEvents, 200, std::chrono::hours(1)});
  EXPECT_EQ(page().value(R"(fairlead_docker_requests_total{code="200",operation="events"})"), 1);
  EXPECT_EQ(page().value(R"(fairlead_docker_request_duration_seconds_count{operation="events"})"),
            std::nullopt);
}

TEST_F(MetricsPage, StampsOnlyCompleteScans) {
  view.watcher_numbers.last_complete_scan = SteadyTime(std::chrono::seconds(5));
  metrics->manifest_scanned(0.01);
  EXPECT_EQ(page().value("fairlead_manifest_last_scan_timestamp_seconds"), 1'800'000'100);
}

TEST_F(MetricsPage, DoesNotStampAScanThatWasNotComplete) {
  metrics->manifest_scanned(0.01);
  EXPECT_EQ(page().value("fairlead_manifest_last_scan_timestamp_seconds"), 0);
}

// One bad byte in a file's name would make Prometheus refuse the whole page.
TEST_F(MetricsPage, StaysValidUtf8WhateverAFileIsCalled) {
  const std::string name = {'b', '\xFF', '.', 'y', 'a', 'm', 'l'};
  view.file_rows[name] = {name, true, {}};
  EXPECT_EQ(page().value("fairlead_manifest_valid{file=\"b\xEF\xBF\xBD.yaml\"}"), 1);
}

TEST_F(MetricsPage, ReadsTheProcessFromProc) {
  EXPECT_GT(page().value("process_resident_memory_bytes"), 1e6);
  EXPECT_GE(page().value("process_open_fds"), 3);
  EXPECT_GT(page().value("process_start_time_seconds"), 1.5e9);
}

TEST(Catalogue, NamesEachMetricOnce) {
  std::set<std::string> names;
  for (const auto& row : catalogue())
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

TEST(Catalogue, GivesBucketsToHistogramsAndToNothingElse) {
  for (const auto& row : catalogue()) {
    EXPECT_EQ(row.buckets.empty(), row.type != Type::kHistogram) << row.name;
  }
}

}  // namespace
}  // namespace fairlead::metrics
