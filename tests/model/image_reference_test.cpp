#include "model/image_reference.h"

#include <gmock/gmock.h>

#include "model/manifest.h"

namespace fairlead::model {
namespace {

using testing::HasSubstr;

const std::string kHex(64, 'a');

struct Good {
  std::string text, registry, repository, version;
};

TEST(ImageReference, HasTheFourPartsThatDockerReads) {
  const std::vector<Good> all = {
      {"nginx", "docker.io", "nginx", "latest"},
      {"nginx:1.2", "docker.io", "nginx", "1.2"},
      {"team/app:1", "docker.io", "team/app", "1"},
      {"docker.io/library/nginx", "docker.io", "docker.io/library/nginx", "latest"},
      {"index.docker.io/a/b", "docker.io", "index.docker.io/a/b", "latest"},
      {"ghcr.io/team/app:1", "ghcr.io", "ghcr.io/team/app", "1"},
      {"127.0.0.1:5000/app", "127.0.0.1:5000", "127.0.0.1:5000/app", "latest"},
      {"localhost/app", "localhost", "localhost/app", "latest"},
      {"[fc00::1]:5000/app:x", "[fc00::1]:5000", "[fc00::1]:5000/app", "x"},
      {"Registry/foo", "Registry", "Registry/foo", "latest"},      // upper case: a host
      {"host.example:5000", "docker.io", "host.example", "5000"},  // a tag, not a port
      {"a@sha256:" + kHex, "docker.io", "a", "sha256:" + kHex},
      {"a:1@sha256:" + kHex, "docker.io", "a", "sha256:" + kHex},
      {"sha256:" + kHex, "docker.io", "sha256", kHex},  // an image's ID passes as a name
      {kHex, "docker.io", kHex, "latest"},
      {"a__b/c---d/e.f_g:_T.x-1", "docker.io", "a__b/c---d/e.f_g", "_T.x-1"}};
  for (const auto& each : all) {
    const auto parsed = parse_image_reference(each.text);
    ASSERT_TRUE(parsed) << each.text << ": " << parsed.error().message;
    EXPECT_EQ(parsed->registry, each.registry) << each.text;
    EXPECT_EQ(parsed->repository, each.repository) << each.text;
    EXPECT_EQ(parsed->version(), each.version) << each.text;
  }
}

const std::vector<std::string> kNoReferences = {"",
                                                "/",
                                                "a/",
                                                "/a",
                                                "a//b",
                                                "a/../b",
                                                ".",
                                                "..",
                                                "a/./b",
                                                "a:",
                                                ":1",
                                                "a:.1",
                                                "a:-1",
                                                "a:b:c",
                                                "a b",
                                                "a\tb",
                                                "a\rb",
                                                "a\nb",
                                                "a\r\n\r\nPOST /x",
                                                std::string("a\0b", 3),
                                                "a?b",
                                                "a#b",
                                                "a%2Fb",
                                                "a@",
                                                "a@sha256",
                                                "a@sha256:",
                                                "a@sha256:zz",
                                                "a@sha256:" + kHex.substr(1),
                                                "a@:" + kHex,
                                                "a@sha256:" + kHex + "@sha256:" + kHex,
                                                "a@1:" + kHex,
                                                "a+b:" + kHex,
                                                "A",
                                                "Registry/Foo",
                                                "a/B",
                                                "a._b",
                                                "a..b",
                                                "a___b",
                                                "-a",
                                                "a-",
                                                "_a",
                                                "a_",
                                                ".a",
                                                "é",
                                                "http://a/b",
                                                "docker://a",
                                                "user:pw@host/image",
                                                "a:" + std::string(129, 'b'),
                                                std::string(256, 'a'),
                                                "-h.x/a",
                                                "h.x:port/a",
                                                "h.x:/a",
                                                "h.x:123456/a",
                                                "h..x/a",
                                                "[zz::1]/a",
                                                "[fc00::1/a",
                                                "[]/a",
                                                "a\\b",
                                                "a;b",
                                                "$a",
                                                "a`b"};

TEST(ImageReference, RefusesWhatDockerRefuses) {
  for (const auto& each : kNoReferences)
    EXPECT_FALSE(parse_image_reference(each)) << each;
}

TEST(ImageReference, SaysWhatIsWrongWithoutRepeatingIt) {
  EXPECT_THAT(parse_image_reference("Registry/Foo").error().message, HasSubstr("lower case"));
  EXPECT_THAT(parse_image_reference("Registry/Foo").error().hint, HasSubstr("`registry/foo`"));
  const auto secret = parse_image_reference("user:hunter2@host/image");
  ASSERT_FALSE(secret);
  EXPECT_THAT(secret.error().message + secret.error().hint, testing::Not(HasSubstr("hunter2")));
}

std::string first_problem(const std::string& manifest) {
  const auto decoded = decode("a.yaml", manifest);
  return decoded.diagnostics.empty() ? "" : to_string(decoded.diagnostics.front());
}

TEST(ImageReference, IsCheckedWhereverAManifestNamesAnImage) {
  EXPECT_THAT(
      first_problem("services:\n  a:\n    image: Registry/Foo\n"),
      testing::AllOf(HasSubstr("a.yaml:3:12: error: services.a.image: repository names must "
                               "be lower case"),
                     HasSubstr("did you mean `registry/foo`?")));
  EXPECT_THAT(first_problem("services:\n  a:\n    image: \"x\\r\\nPOST /y\"\n"),
              HasSubstr("a.yaml:3:12: error: services.a.image: an image reference has no blanks"));
  EXPECT_THAT(first_problem("services:\n  a:\n    image: x\n    pre_start:\n      - {image: A}\n"),
              HasSubstr("a.yaml:5:17: error: services.a.pre_start[0].image"));
  EXPECT_THAT(first_problem("services:\n  a:\n    image: x\n    volumes:\n"
                            "      - {type: image, source: A, target: /t}\n"),
              HasSubstr("a.yaml:5:31: error: services.a.volumes[0].source"));
  const auto built =
      decode("a.yaml", "x-fairlead: {unsupported: warn}\nservices:\n  Web: {build: .}\n");
  EXPECT_TRUE(has_errors(built.diagnostics));
}

}  // namespace
}  // namespace fairlead::model
