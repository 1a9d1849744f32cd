#include "cmd/fairlead/decoding.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "base/child.h"
#include "controller/inventory.h"
#include "watch/directory.h"

namespace fairlead::cli {
namespace {

// FAIRLEAD_ENV_NAME=value as NAME=value: all that manifests see of the environment.
model::StringMap manifest_environment() {
  constexpr std::string_view kPrefix = "FAIRLEAD_ENV_";
  model::StringMap found;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    found.emplace(text.substr(kPrefix.size(), equals - kPrefix.size()), text.substr(equals + 1));
  }
  return found;
}

// systemd.exec(5), LoadCredential=: a directory that only the unit may read.
model::Source credential(const std::string& name) {
  using State = model::Source::State;
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr || name.find('/') != std::string::npos) return {};
  const auto file = watch::read_beneath(directory, name, watch::Options().max_file_bytes);
  if (!file) return {};
  if (!file->error.empty()) return {State::kUnreadable, nullptr, file->error};
  return {State::kPresent, file->bytes, ""};
}

std::string key_path(const std::string& state_dir) {
  return state_dir + "/digest.key";
}

}  // namespace

model::DecodeOptions decode_options(const Options& options, const std::string& directory,
                                    std::string digest_key) {
  model::DecodeOptions out;
  out.environment = manifest_environment();
  std::error_code failed;
  const auto root = std::filesystem::absolute(directory.empty() ? "." : directory, failed);
  out.host_root = root.lexically_normal().string();
  while (out.host_root.size() > 1 && out.host_root.ends_with('/'))
    out.host_root.pop_back();
  out.digest_key = std::move(digest_key);
  out.credential = credential;
  if (!options.age_identity.empty()) {
    out.decrypt = [identity = options.age_identity](const std::string& bytes) {
      return run_child({"age", "--decrypt", "-i", identity}, bytes);
    };
  }
  return out;
}

Result<std::string> keep_digest_key(const std::string& state_dir, Random& random) {
  const auto file = controller::file_on_disk(key_path(state_dir));
  auto stored = file->read();
  if (stored || stored.error().reason != Reason::kNotFound) return stored;
  std::string key = random.hex(64);
  auto written = file->replace(key);
  if (!written) return std::unexpected(written.error());
  return key;
}

std::string stored_digest_key(const std::string& state_dir) {
  return controller::file_on_disk(key_path(state_dir))->read().value_or("");
}

}  // namespace fairlead::cli
