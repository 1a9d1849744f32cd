// What a file may cost, however hostile it is. Ordinary ones are measured by `make bench`.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
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

// Of the processor's time, so that it stands for something endless on a busy machine, too.
constexpr rlim_t kMostSeconds = 60;

// Peak memory that `text` adds, in MiB, measured in a process of its own.
int peak_of(const std::string& text) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit limit{kMostSeconds, kMostSeconds};
    setrlimit(RLIMIT_CPU, &limit);
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
  const int mebibytes = peak_of(GetParam().text());
  EXPECT_GE(mebibytes, 0) << "crashed, or took a minute";
  EXPECT_LE(mebibytes, 64);
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
