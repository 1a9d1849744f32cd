// Commands that need manifests only: validate and config.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <map>

#include "base/printable.h"
#include "base/read_file.h"
#include "cmd/fairlead/commands.h"
#include "cmd/fairlead/decoding.h"
#include "cmd/fairlead/print.h"
#include "cmd/fairlead/wire.h"
#include "controller/desired/store.h"
#include "controller/plan/plan.h"
#include "model/check/clashes.h"
#include "model/form/compose_json.h"
#include "model/form/to_yaml.h"
#include "model/manifest.h"
#include "watch/directory.h"

namespace fairlead::cli {
namespace {

namespace fs = std::filesystem;

// What was read so far. The worst that happened is in `exit_code`; what the policy denies is apart,
// since `config` prints the model all the same.
struct Loaded {
  std::map<std::string, model::Manifest> manifests;  // by file
  std::string digest_key;
  int exit_code = kOk;
  bool denied = false;  // the policy does not allow all of it
};

// One directory, or the folder of one file, and what is allowed to manifests that stand there.
struct Place {
  model::DecodeOptions decoding;
  std::shared_ptr<const model::HostAccess> access;
};

// `directory` is "" for a file of the working directory.
model::DecodeOptions reading(const Options& given, const Loaded& loaded,
                             const std::string& directory, const Trusted& trusted) {
  auto options = decode_options(given, directory, loaded.digest_key);
  options.prefix = directory.empty() ? "" : (fs::path(directory) / "").string();
  // As the daemon reads them: beneath the directory only, and of trusted owners.
  options.read = [directory, trusted](const std::string& path) {
    const auto file =
        watch::read_beneath(directory, path, watch::Options().max_file_bytes, trusted);
    return controller::source_of(file ? &*file : nullptr);
  };
  return options;
}

Result<Place> place_at(const Options& given, const Loaded& loaded, const std::string& directory,
                       const Trusted& trusted) {
  // The policy's own rules about the manifests directory are about this one.
  Options here = given;
  here.manifests = directory;
  auto access = load_access(here);
  if (!access) return std::unexpected(access.error());
  return Place{reading(given, loaded, directory, trusted), std::move(*access)};
}

// What `run` would refuse to do, with its place in the manifest.
template <typename Desired>
void judge(Loaded& loaded, const Place& place, const Desired& desired,
           std::vector<model::Diagnostic>& out) {
  for (const auto& each : controller::policy_refusals(desired, place.access)) {
    loaded.denied = true;
    const bool known = !each.position.file.empty() && each.position.line > 0;
    out.push_back({model::Diagnostic::Severity::kError, known ? each.position : desired.position,
                   "", std::string(to_string(each.error.reason)) + ": " + each.error.message, "",
                   each.error.hint});
  }
}

void decode(Loaded& loaded, const Place& place, const std::string& name, const std::string& bytes) {
  auto manifest = model::decode(name, bytes, place.decoding);
  // What could not be decoded is not judged: half of it is not there.
  if (model::has_errors(manifest.diagnostics)) {
    loaded.exit_code = kFailed;
  } else {
    for (const auto& app : manifest.apps)
      judge(loaded, place, app, manifest.diagnostics);
    for (const auto& network : manifest.networks)
      judge(loaded, place, network, manifest.diagnostics);
  }
  loaded.manifests.emplace(place.decoding.prefix + name, std::move(manifest));
}

// The user named it: whose it is, is for him to know.
Status load_file(Loaded& loaded, const Options& given, const std::string& path) {
  const auto bytes = read_file(path, watch::Options().max_file_bytes);
  if (!bytes) {
    complain("error: " + bytes.error().message);
    loaded.exit_code = bytes.error().reason == Reason::kNotFound ? kMissing : kFailed;
    return {};
  }
  const fs::path whole(path);
  const auto place =
      place_at(given, loaded, whole.parent_path().string(), {.users = {}, .anyone = true});
  if (!place) return std::unexpected(place.error());
  decode(loaded, *place, whole.filename().string(), *bytes);
  return {};
}

// As `run` reads it, but for the settling: a person looks at what is there now.
Status load_directory(Loaded& loaded, const Options& given, const std::string& path) {
  watch::Options options;
  options.path = path;
  options.settle_time = Duration::zero();
  options.trust_directory_owner = trusts_directory_owner(given);
  const auto snapshot = watch::scan_once(options);
  if (!snapshot.complete) {
    complain("error: " + path + ": " + snapshot.problem);
    loaded.exit_code = kMissing;
  }
  const auto place = place_at(given, loaded, path, watch::trusted_by(options));
  if (!place) return std::unexpected(place.error());
  for (const auto& [name, file] : snapshot.files) {
    const std::string whole = (fs::path(path) / name).string();
    // Said for each, and the rest is read: the user wants to see all of it at once.
    if (!file.error.empty()) {
      complain("error: " + whole + ": " + file.error);
      loaded.exit_code = kFailed;
      continue;
    }
    decode(loaded, *place, name, *file.bytes);
  }
  return {};
}

// All files, checked one by one, together, and by the policy. Diagnostics go to stderr. An error is
// one of the policy file: nothing can be judged then.
Result<Loaded> load(const Options& options) {
  Loaded loaded;
  const auto key = stored_digest_key(options.state_dir);
  if (!key) {
    loaded.exit_code = fail(key.error());
    return loaded;
  }
  loaded.digest_key = *key;
  auto paths = options.names;
  if (paths.empty()) paths.push_back(options.manifests);
  for (const auto& path : paths) {
    std::error_code ignored;
    const auto done = fs::is_directory(path, ignored) ? load_directory(loaded, options, path)
                                                      : load_file(loaded, options, path);
    if (!done) return std::unexpected(done.error());
  }
  std::vector<const model::App*> apps;
  std::vector<const model::SharedNetwork*> networks;
  std::vector<model::Diagnostic> all;
  for (const auto& [file, manifest] : loaded.manifests) {
    all.insert(all.end(), manifest.diagnostics.begin(), manifest.diagnostics.end());
    for (const auto& app : manifest.apps)
      apps.push_back(&app);
    for (const auto& network : manifest.networks)
      networks.push_back(&network);
  }
  // Names and ports that two files claim: no file alone is wrong.
  const auto together = model::validate_together(apps, networks);
  all.insert(all.end(), together.begin(), together.end());
  for (const auto& diagnostic : all)
    complain(model::to_string(diagnostic));
  if (model::has_errors(together)) loaded.exit_code = kFailed;
  return loaded;
}

}  // namespace

// The code is that of the worst that was met; what the policy denies counts where nothing else is
// wrong.
int validate(const Options& options) {
  const auto read = load(options);
  // Nothing could be judged: 2, which is no verdict about manifests.
  if (!read) return fail(read.error()), kUsage;
  const Loaded& loaded = *read;
  std::size_t apps = 0;
  std::size_t networks = 0;
  std::size_t bad = 0;
  for (const auto& [file, manifest] : loaded.manifests) {
    apps += manifest.apps.size();
    networks += manifest.networks.size();
    bad += model::has_errors(manifest.diagnostics) ? 1 : 0;
  }
  say(std::to_string(loaded.manifests.size()) + " files, " + std::to_string(apps) + " apps, " +
      std::to_string(networks) + " shared networks, " + std::to_string(bad) + " files with errors");
  return loaded.exit_code == kOk && loaded.denied ? kFailed : loaded.exit_code;
}

// Nothing is printed where a file has errors: half a model would be taken for a whole one.
int config(const Options& options) {
  const auto read = load(options);
  if (!read) return fail(read.error()), kUsage;
  const Loaded& loaded = *read;
  if (loaded.exit_code != kOk) return loaded.exit_code;
  const int done = loaded.denied ? kFailed : kOk;
  boost::json::array documents;
  for (const auto& [file, manifest] : loaded.manifests) {
    for (const auto& app : manifest.apps)
      documents.push_back(model::to_json(app));
    for (const auto& network : manifest.networks)
      documents.push_back(model::to_json(network));
  }
  if (options.output == "json") {
    const boost::json::value shown =
        documents.size() == 1 ? documents.front() : boost::json::value(documents);
    const std::string text = model::escape_dollars(boost::json::serialize(shown));
    put_document(printable(text, Escape::kJson) + "\n");
    return done;
  }
  bool first = true;
  for (const auto& document : documents) {
    // Dollars are doubled, so that what is printed reads as the same when it is interpolated again.
    put_document((first ? "" : "---\n") + model::escape_dollars(model::to_yaml(document)));
    first = false;
  }
  return done;
}

}  // namespace fairlead::cli
