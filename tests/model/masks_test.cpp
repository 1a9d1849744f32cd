#include "model/masks.h"

#include <gmock/gmock.h>

#include "model/host_access.h"
#include "model/manifest.h"

namespace fairlead::model {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Masks, NameTheVariableInsteadOfItsValue) {
  Masks masks;
  masks.add("TOKEN", "hunter2-long-secret\n");
  masks.add("PAIR", "first-half:second-half");
  masks.add("SHORT", "prod");
  EXPECT_EQ(masks.apply("unknown `hunter2-long-secret`"), "unknown `${TOKEN}`");
  EXPECT_EQ(masks.apply("xhunter2-long-secretx"), "x${TOKEN}x");
  EXPECT_EQ(masks.apply("first-half:second-half"), "${PAIR}");
  EXPECT_EQ(masks.apply("unknown policy `second-half`"), "unknown policy `${PAIR}`");
  EXPECT_EQ(masks.apply("the prod products"), "the ${SHORT} products");
}

TEST(Masks, LeaveAloneWhatIsNoSecret) {
  Masks masks;
  masks.add("PORT", "8080");
  masks.add("FLAG", "true");
  masks.add("N", "abc");
  masks.add("EMPTY", "");
  EXPECT_EQ(masks.apply("host port 8080 is true abc"), "host port 8080 is true abc");
}

TEST(Masks, HoldInAnyCase) {
  Masks masks;
  masks.add("S", "Hunter-of-Two");
  masks.add("SHORT", "h7ntr2y");
  EXPECT_EQ(masks.apply("the capability HUNTER-OF-TWO"), "the capability ${S}");
  EXPECT_EQ(masks.apply("write `hunter-of-two`"), "write `${S}`");
  EXPECT_EQ(masks.apply("the capability H7NTR2Y"), "the capability ${SHORT}");
}

TEST(Masks, HoldForShortPartsThatAreNoWords) {
  Masks masks;
  masks.add("S", "0x5EKQ:99999/SEKQud");
  EXPECT_EQ(masks.apply("`99999/SEKQud` is no path"), "`${S}` is no path");
  EXPECT_EQ(masks.apply("the volume 0x5EKQ"), "the volume ${S}");
  EXPECT_EQ(masks.apply("SEKQud and 0x5EKQ:99999"), "${S} and ${S}");
  Masks image;
  image.add("IMAGE", "r.io/server/alpine@sha256:1");
  EXPECT_EQ(image.apply("the server of alpine by sha256"), "the server of alpine by sha256");
}

TEST(Masks, HoldForWhatCallsItselfASecret) {
  for (const char* value :
       {"host=db port=5432 password=h7nt ry", "user=u;PWD=h7nt;x=y", "{\"api_key\": \"h7nt\"}",
        "Secret : 'h7nt'", "a=b&access_token=h7nt&c=d", "postgres://joe:h7nt@db/x"}) {
    Masks masks;
    masks.add("DSN", value);
    EXPECT_EQ(masks.apply("unknown `h7nt`, H7NT"), "unknown `${DSN}`, ${DSN}") << value;
    EXPECT_EQ(masks.apply("5432 h7nts"), "5432 h7nts") << value;
  }
  Masks masks;
  masks.add("DSN", "postgres://joe:pa,ss(1234@db");
  EXPECT_EQ(masks.apply("not a port: pa,ss(1234"), "not a port: ${DSN}");
  Masks choice;
  choice.add("X", "token=true key=none");
  EXPECT_EQ(choice.apply("true or none"), "true or none");
}

// Messages quote a line of a file, its end, or the beginning of a long value.
TEST(Masks, HoldForAnyPieceOfALongValue) {
  std::string file;
  for (int i = 0; i < 2000; ++i)
    file += "line " + std::to_string(i * 7919) + " of (some) text\n";
  file += "the-last: <Tail;Of;The;Secret>, pin 12\nDB_PASSWORD=h7nt\n";
  Masks masks;
  masks.add("FILE", file);
  EXPECT_EQ(masks.apply("unknown `<Tail;Of;The;Secret>, pin 12`"), "unknown `${FILE}`");
  EXPECT_EQ(masks.apply("unknown `il;of;the;secret>`"), "unknown `${FILE}`");
  EXPECT_EQ(masks.apply("the-last one, h7nt"), "${FILE} one, ${FILE}");
  EXPECT_EQ(masks.apply("no line of any text"), "no line of any text");
  Masks cut;
  cut.add("LONG", std::string(100, 'x') + "abcdefghijklmnop" + std::string(100, 'y'));
  EXPECT_EQ(cut.apply("xxxxxxxxabcdefgh and yyyyyyyyyyyyyyyy, abcdefgh"),
            "${LONG} and ${LONG}, abcdefgh");
}

TEST(Masks, FindLongValuesInLongTexts) {
  Masks masks;
  masks.add("SAME", std::string(1 << 20, 'y'));
  EXPECT_EQ(masks.apply(std::string(1 << 20, 'y')), "${SAME}");
  EXPECT_EQ(masks.apply(std::string(1 << 18, 'y')), "${SAME}");
  EXPECT_EQ(masks.apply(std::string(1 << 18, 'z')), std::string(1 << 18, 'z'));
}

constexpr const char* kCanary = "c4n4ry-of-the-mine";

Manifest decode_with_canary(const std::string& text) {
  DecodeOptions options;
  options.environment = {{"TOK", kCanary}, {"URL", std::string("u:") + kCanary + "@h/x"}};
  return decode("a.yaml", text, options);
}

// Each of these is wrong in a way that a message would like to quote.
const std::vector<std::string> kQuoting = {"restart: $TOK",
                                           "restart: \"$TOK:3\"",
                                           "pull_policy: $TOK",
                                           "pull_policy: every_$TOK",
                                           "network_mode: $TOK",
                                           "network_mode: \"service:$TOK\"",
                                           "ipc: $TOK",
                                           "pid: $TOK",
                                           "uts: $TOK",
                                           "cgroup: $TOK",
                                           "userns_mode: $TOK",
                                           "container_name: \"$TOK!\"",
                                           "expose: [$TOK]",
                                           "ports: [$TOK]",
                                           "ports: [\"1:$TOK\"]",
                                           "extra_hosts: [$TOK]",
                                           "depends_on: [$TOK]",
                                           "depends_on: {b: {condition: $TOK}}",
                                           "links: [$TOK]",
                                           "networks: [$TOK]",
                                           "networks: {default: {ipv4_address: $TOK}}",
                                           "volumes: [\"$TOK:/x\"]",
                                           "volumes: [\"a:$TOK\"]",
                                           "volumes: [\"/a:/b:$TOK\"]",
                                           "volumes: [{type: $TOK, target: /x}]",
                                           "configs: [$TOK]",
                                           "secrets: [$TOK]",
                                           "env_file: [$TOK]",
                                           "label_file: [$TOK]",
                                           "extends: $TOK",
                                           "image: $URL",
                                           "image: \"$TOK$TOK!\"",
                                           "deploy: {mode: $TOK}",
                                           "deploy: {restart_policy: {condition: $TOK}}",
                                           "deploy: {update_config: {order: $TOK}}",
                                           "mem_limit: $TOK",
                                           "stop_grace_period: $TOK",
                                           "healthcheck: {test: [$TOK]}",
                                           "command: \"'$TOK\"",
                                           "command: \"${X:?$TOK}\"",
                                           "environment: [\"=$TOK\"]",
                                           "devices: [\"/a:/b:$TOK\"]",
                                           "security_opt: [\"seccomp:$TOK\"]",
                                           "volumes_from: [$TOK]",
                                           "annotations: [\"=$TOK\"]",
                                           "ulimits: {nofile: $TOK}"};

TEST(Masks, HoldForEveryDiagnosticOfAManifest) {
  for (const auto& each : kQuoting) {
    const auto manifest = decode_with_canary("services:\n  a:\n    image: x\n    " + each + "\n");
    ASSERT_TRUE(has_errors(manifest.diagnostics)) << each;
    for (const auto& diagnostic : manifest.diagnostics)
      EXPECT_THAT(to_string(diagnostic), Not(HasSubstr(kCanary))) << each;
  }
}

TEST(Masks, ArePartOfTheAppForWhatIsSaidOfItLater) {
  const auto manifest = decode_with_canary("services: {a: {image: x, user: $TOK}}\n");
  ASSERT_EQ(manifest.apps.size(), 1u);
  ASSERT_NE(manifest.apps[0].masks, nullptr);
  EXPECT_EQ(manifest.apps[0].masks->apply(kCanary), "${TOK}");
}

TEST(Masks, TheProjectsNameIsNoSecret) {
  const auto manifest = decode(
      "shopping.yaml", "services: {a: {image: x, container_name: '$COMPOSE_PROJECT_NAME!'}}");
  ASSERT_TRUE(has_errors(manifest.diagnostics));
  EXPECT_THAT(to_string(manifest.diagnostics[0]), HasSubstr("shopping!"));
}

TEST(Masks, LongKeysAndPasswordsAreCutAndHidden) {
  const std::string key(5000, 'k');
  const auto manifest = decode("a.yaml", "services: {a: {image: x, " + key + ": 1}}\n");
  ASSERT_TRUE(has_errors(manifest.diagnostics));
  EXPECT_LT(manifest.diagnostics[0].path.size(), 300u);
  const auto url = decode("a.yaml", "services: {a: {image: x, restart: 'https://u:hunter2@h/'}}\n");
  ASSERT_TRUE(has_errors(url.diagnostics));
  EXPECT_THAT(to_string(url.diagnostics[0]), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace fairlead::model
