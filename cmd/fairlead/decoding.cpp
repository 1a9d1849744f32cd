#include "cmd/fairlead/decoding.h"

#include <unistd.h>

#include <cstdlib>
#include <expected>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "base/child.h"
#include "base/read_file.h"
#include "base/trust.h"
#include "controller/access/host_files.h"
#include "controller/desired/store.h"
#include "controller/record/state_file.h"
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

// By words alone: a link stays one, since the engine's host is to follow it, not we.
std::string absolute_path(const std::string& directory) {
  std::error_code failed;
  const auto whole = std::filesystem::absolute(directory.empty() ? "." : directory, failed);
  std::string path = whole.lexically_normal().string();
  while (path.size() > 1 && path.ends_with('/'))
    path.pop_back();
  return path;
}

// systemd.exec(5), LoadCredential=: a directory that only the unit may read. Read at each decode,
// so a restart of the unit is enough for a new one.
model::Source credential(const std::string& name) {
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr || name.find('/') != std::string::npos) return {};
  const auto file = watch::read_beneath(directory, name, watch::Options().max_file_bytes);
  return controller::source_of(file ? &*file : nullptr);
}

// What the policy has to know of this host.
void place_host(const Options& options, model::HostAccess& access) {
  access.manifests_root = absolute_path(options.manifests);
  // Whether a path leads to something dangerous is asked of this host's files: right where the
  // engine runs here, which is the usual case.
  access.host = controller::host_files();
  const char* given = std::getenv("DOCKER_HOST");
  constexpr std::string_view kUnix = "unix://";
  // Both: whichever of them is used, neither may be mounted.
  for (const std::string& host : {options.docker_host, std::string(given == nullptr ? "" : given)})
    if (host.starts_with(kUnix)) access.engine_sockets.push_back(host.substr(kUnix.size()));
}

constexpr const char* kKeyFile = "digest.key";
constexpr std::size_t kKeyDigits = 64;

// Of one form only: half a key would be another one, and replace containers without a word.
Result<std::string> checked_key(const std::string& directory, Result<std::string> stored) {
  if (!stored) return stored;
  const bool whole = stored->size() == kKeyDigits &&
                     stored->find_first_not_of("0123456789abcdef") == std::string::npos;
  if (whole) return stored;
  return failure(ErrorClass::kBlocked, Reason::kInternalInconsistency,
                 directory + "/" + kKeyFile + " is damaged: it should be " +
                     std::to_string(kKeyDigits) + " hexadecimal digits",
                 "restore it from a backup; or delete it, and every container with a config or "
                 "a secret is replaced once");
}

// What decrypts all secrets is judged each time: `age` opens it by its name, so there is nothing
// else that could be judged.
std::expected<std::string, std::string> decrypt(const std::string& identity,
                                                const std::string& bytes) {
  const auto trusted = check_age_identity(identity);
  if (!trusted) return std::unexpected(trusted.error().message + "; " + trusted.error().hint);
  return run_child({"age", "--decrypt", "-i", identity}, bytes);
}

}  // namespace

model::DecodeOptions decode_options(const Options& options, const std::string& directory,
                                    std::string digest_key) {
  model::DecodeOptions out;
  out.environment = manifest_environment();
  out.host_root = absolute_path(directory);
  out.digest_key = std::move(digest_key);
  out.credential = credential;
  if (!options.age_identity.empty()) {
    out.decrypt = [identity = options.age_identity](const std::string& bytes) {
      return decrypt(identity, bytes);
    };
  }
  return out;
}

Status check_age_identity(const std::string& path) {
  const auto bytes = read_trusted(path, kTextFileLimit);
  if (bytes) return {};
  Error error = bytes.error();
  if (error.hint.empty()) error.hint = "give another one with --age-identity";
  return std::unexpected(std::move(error).with_context("age identity"));
}

Result<std::shared_ptr<const model::HostAccess>> load_access(const Options& options) {
  auto access = std::make_shared<model::HostAccess>();
  const bool given = !options.policy.empty();
  const std::string path = given ? options.policy : "/etc/fairlead/policy.yaml";
  // Who may write the policy is root on this host.
  const auto bytes = read_trusted(path, kTextFileLimit);
  // The usual place may be empty; a file that was named must be there.
  if (!bytes && !given && bytes.error().reason == Reason::kNotFound) {
    place_host(options, *access);
    return access;
  }
  const auto refused = [](const std::string& why, const std::string& hint) {
    return failure(ErrorClass::kInvalid, Reason::kPermissionDenied, "policy " + why, hint);
  };
  if (!bytes)
    return refused(bytes.error().message, bytes.error().hint.empty()
                                              ? "give another one with --policy"
                                              : bytes.error().hint);
  auto decoded = model::decode_policy(path, *bytes);
  // The first is enough: one error in it, and none of it is believed.
  for (const auto& diagnostic : decoded.diagnostics)
    return refused(path + ": " + model::to_string(diagnostic), "");
  *access = std::move(decoded.access);
  place_host(options, *access);
  return access;
}

bool trusts_directory_owner(const Options& options) {
  if (options.trust_directory_owner) return true;
  const auto access = load_access(options);
  return access && (*access)->trust_directory_owner;
}

Result<std::string> keep_digest_key(const controller::InstanceLock& lock, Random& random) {
  const auto file = controller::file_on_disk(lock, kKeyFile);
  auto stored = file->read();
  // A key that can't be read is no reason to make another one.
  if (stored || stored.error().reason != Reason::kNotFound)
    return checked_key(lock.directory(), std::move(stored));
  std::string key = random.hex(kKeyDigits);
  auto written = file->replace(key);
  if (!written) return std::unexpected(written.error());
  return key;
}

Result<std::string> stored_digest_key(const std::string& state_dir) {
  auto stored = controller::copy_of_file(state_dir + "/" + kKeyFile)->read();
  if (!stored && stored.error().reason == Reason::kNotFound) return "";
  return checked_key(state_dir, std::move(stored));
}

}  // namespace fairlead::cli
