// What a file may cost: time for ordinary ones, memory for hostile ones.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>

#include "model/check/clashes.h"
#include "model/manifest.h"
#include "model/yaml/yaml.h"

namespace fairlead::model {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FAIRLEAD_SLOW_BUILD 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || !defined(NDEBUG)
#define FAIRLEAD_SLOW_BUILD 1
#endif
#ifdef FAIRLEAD_SLOW_BUILD
constexpr bool kSlowBuild = true;
#else
constexpr bool kSlowBuild = false;
#endif

// Twenty lines a service, with what people write.
std::string compose_file(int services) {
  std::string text = "services:\n";
  std::string volumes = "volumes:\n";
  for (int i = 0; i < services; ++i) {
    const std::string n = std::to_string(i);
    text += "  svc" + n + ":\n    image: registry.example.com/team/app" + n + ":1." + n +
            "\n    restart: unless-stopped\n    command: [serve, --port, '8080']\n"
            "    environment:\n      NAME: svc" +
            n + "\n      LEVEL: info\n      URL: http://svc" + n +
            ":8080/path\n    ports:\n      - \"" + std::to_string(10000 + i) +
            ":8080\"\n    networks: [front, back]\n    labels:\n      traefik.enable: 'true'\n"
            "      traefik.rule: Host(`svc" +
            n + "`)\n    volumes:\n      - data" + n +
            ":/data\n    healthcheck:\n      test: [CMD, curl, -f, http://localhost]\n"
            "      interval: 10s\n      retries: 3\n";
    volumes += "  data" + n + ":\n";
  }
  return text + "networks:\n  front: {}\n  back: {}\n" + volumes;
}

// Processor time of the fastest of several runs: what it costs, not what else the machine does.
double milliseconds(const std::string& text, int times, int runs) {
  double best = 1e9;
  for (int run = 0; run < runs; ++run) {
    const std::clock_t begin = std::clock();
    for (int i = 0; i < times; ++i) {
      const auto manifest = decode("a.yaml", text, {});
      EXPECT_EQ(manifest.apps.size(), 1u);
    }
    best = std::min(best, 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return best;
}

TEST(Limits, AThousandLinesTakeLessThanTenMilliseconds) {
  if (kSlowBuild) GTEST_SKIP() << "not an optimised build";
  const auto text = compose_file(48);
  ASSERT_GE(std::ranges::count(text, '\n'), 1000);
  const double took = milliseconds(text, 1, 20);
  RecordProperty("milliseconds", std::to_string(took));
  EXPECT_LT(took, 10.0);
}

TEST(Limits, AThousandFilesOfFiftyLinesTakeLessThanASecond) {
  if (kSlowBuild) GTEST_SKIP() << "not an optimised build";
  const auto text = compose_file(2) + std::string(3, '\n');
  ASSERT_GE(std::ranges::count(text, '\n'), 50);
  EXPECT_LT(milliseconds(text, 1000, 2), 1000.0);
}

struct Hostile {
  const char* name;
  std::string head, piece, tail;

  // As much of it as a file may hold.
  std::string text() const {
    std::string out = head;
    while (!piece.empty() && out.size() + piece.size() + tail.size() <= kMaxYamlBytes)
      out += piece;
    return out + tail;
  }
};

void PrintTo(const Hostile& input, std::ostream* out) {
  *out << input.name;
}

class Memory : public testing::TestWithParam<Hostile> {};

// Peak memory that `text` adds, in MiB, measured in a process of its own.
int peak_of(const std::string& text) {
  const pid_t child = fork();
  if (child == 0) {
    const auto peak = [] {
      rusage usage{};
      getrusage(RUSAGE_SELF, &usage);
      return usage.ru_maxrss;  // KiB
    };
    const auto before = peak();
    const auto manifest = decode("a.yaml", text, {});
    for (const auto& app : manifest.apps)
      static_cast<void>(validate_together({&app}, {}));
    _exit(static_cast<int>(std::min((peak() - before) / 1024, 255L)));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_P(Memory, NoMoreThan64MiBForOneMiB) {
  if (kSlowBuild) GTEST_SKIP() << "a sanitizer's memory is its own";
  const auto begin = std::chrono::steady_clock::now();
  const int mebibytes = peak_of(GetParam().text());
  EXPECT_GE(mebibytes, 0) << "crashed";
  EXPECT_LE(mebibytes, 64);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

const Hostile kHostile[] = {
    {"Words", "services: {a: {image: i, command: [", "a,", "]}}\n"},
    {"LongWords", "services: {a: {image: i, command: [", "abcdefghi,", "]}}\n"},
    {"PortRanges", "services: {a: {image: i, ports: [", "1-65000:1-65000,", "]}}\n"},
    {"OneRange", "services: {a: {image: i, ports: [", "", "1-20000:1-20000]}}\n"},
    {"OneText", "services: {a: {image: ", "x", "}}\n"},
    {"Newlines", "services: {a: {image: \"", "\\n", "\"}}\n"},
    {"Aliases", "x: &a [1,2,3,4,5,6,7,8]\nservices: {a: {image: i, command: [", "*a ,", "]}}\n"},
    {"Variables", "services: {a: {image: i, command: [", "\"${A:-b}\",", "]}}\n"},
    {"NestedVariables", "services: {a: {image: i, command: \"", "${A:-", "\"}}\n"},
    {"WrongTypes", "services: {a: {image: i, cap_add: [", "{},", "]}}\n"},
    {"OpenBrackets", "x: ", "[", "\n"},
    {"OpenBracketsOnLines", "x:\n", " [\n", "\n"},
    {"OpenBraces", "x: ", "{a: ", "\n"},
    {"Dashes", "x:\n  ", "- ", "\n"},
    {"Questions", "", "? ", "\n"},
    {"Documents", "", "---\nname: a\n", ""},
    {"UnknownKeys", "services: {a: {image: i", ", x: 2", "}}\n"},
};

INSTANTIATE_TEST_SUITE_P(Of, Memory, testing::ValuesIn(kHostile),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace fairlead::model
