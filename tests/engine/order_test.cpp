// What a change of the manifest keeps, and in which order its parts go and come.
#include "tests/engine/scenario.h"

namespace fairlead::engine_test {

using std::chrono::seconds;

class Order : public Scenario {
 protected:
  static std::string read(const std::string& container, const std::string& path) {
    const auto copied = engine().docker({"cp", container + ":" + path, "-"});
    return copied.ok() ? copied.text : std::string();
  }
  static bool write(const std::string& container, const std::string& path) {
    return engine().docker({"exec", container, "/sample", "write", path, "kept"}).ok();
  }
};

constexpr const char* kAnonymous = R"(services:
  k:
    image: fairlead/volume:1
    command: [/sample, serve]
    stop_grace_period: 1s
    volumes: [/modules]
    environment: {VERSION: "1"}
)";

TEST_F(Order, AReplacementKeepsTheContentOfAnonymousVolumes) {
  ASSERT_TRUE(engine().docker({"create", "--name", "base", "fairlead/sample:1", "/sample"}).ok());
  ASSERT_TRUE(
      engine().docker({"commit", "--change", "VOLUME /image", "base", "fairlead/volume:1"}).ok());
  fairlead_->put("kept.yaml", kAnonymous);
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return runs("kept-k-1"); }));
  ASSERT_TRUE(write("kept-k-1", "/modules/x") && write("kept-k-1", "/image/y"));
  for (const std::string order : {"stop-first", "start-first"}) {
    const auto old = id("kept-k-1");
    std::string text = kAnonymous;
    text.replace(text.find("\"1\""), 3, "\"" + order + "\"");
    fairlead_->put("kept.yaml", text + "    deploy: {update_config: {order: " + order + "}}\n");
    ASSERT_TRUE(eventually([&] {
      return runs("kept-k-1") && id("kept-k-1") != old && containers_of("kept").size() == 1;
    })) << order;
    EXPECT_NE(read("kept-k-1", "/modules/x").find("kept"), std::string::npos) << order;
    EXPECT_NE(read("kept-k-1", "/image/y").find("kept"), std::string::npos) << order;
  }
  const auto before = footprint("kept");
  EXPECT_TRUE(stays([&] { return footprint("kept") == before; }, seconds(10)));
}

}  // namespace fairlead::engine_test
