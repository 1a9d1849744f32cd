// Commands that need manifests only: validate and config.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <filesystem>
#include <map>

#include "base/read_file.h"
#include "cmd/fairlead/commands.h"
#include "cmd/fairlead/decoding.h"
#include "cmd/fairlead/wire.h"
#include "controller/desired.h"
#include "model/canonical.h"
#include "model/decode.h"
#include "watch/directory.h"

namespace fairlead::cli {
namespace {

namespace fs = std::filesystem;

struct Loaded {
  std::map<std::string, model::Manifest> manifests;  // by file
  std::string digest_key;
  int exit_code = kOk;
};

// `directory` is "" for a file of the working directory.
model::DecodeOptions reading(const Options& given, const Loaded& loaded,
                             const std::string& directory, const Trusted& trusted) {
  auto options = decode_options(given, directory, loaded.digest_key);
  options.prefix = directory.empty() ? "" : (fs::path(directory) / "").string();
  options.read = [directory, trusted](const std::string& path) {
    const auto file =
        watch::read_beneath(directory, path, watch::Options().max_file_bytes, trusted);
    return controller::source_of(file ? &*file : nullptr);
  };
  return options;
}

void decode(Loaded& loaded, const model::DecodeOptions& options, const std::string& name,
            const std::string& bytes) {
  loaded.manifests.emplace(options.prefix + name, model::decode(name, bytes, options));
}

// The user named it: whose it is, is for him to know.
void load_file(Loaded& loaded, const Options& given, const std::string& path) {
  const auto bytes = read_file(path, watch::Options().max_file_bytes);
  if (!bytes) {
    std::fprintf(stderr, "error: %s\n", bytes.error().message.c_str());
    loaded.exit_code = bytes.error().reason == Reason::kNotFound ? kMissing : kFailed;
    return;
  }
  const fs::path whole(path);
  decode(loaded,
         reading(given, loaded, whole.parent_path().string(), {.users = {}, .anyone = true}),
         whole.filename().string(), *bytes);
}

void load_directory(Loaded& loaded, const Options& given, const std::string& path) {
  watch::Options options;
  options.path = path;
  options.settle_time = Duration::zero();
  options.trust_directory_owner = trusts_directory_owner(given);
  const auto snapshot = watch::scan_once(options);
  if (!snapshot.complete) {
    std::fprintf(stderr, "error: %s: %s\n", path.c_str(), snapshot.problem.c_str());
    loaded.exit_code = kMissing;
  }
  const auto decoding = reading(given, loaded, path, watch::trusted_by(options));
  for (const auto& [name, file] : snapshot.files) {
    const std::string whole = (fs::path(path) / name).string();
    if (!file.error.empty()) {
      std::fprintf(stderr, "error: %s: %s\n", whole.c_str(), file.error.c_str());
      loaded.exit_code = kFailed;
      continue;
    }
    decode(loaded, decoding, name, *file.bytes);
  }
}

// All files, checked one by one and together. Diagnostics go to stderr.
Loaded load(const Options& options) {
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
    fs::is_directory(path, ignored) ? load_directory(loaded, options, path)
                                    : load_file(loaded, options, path);
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
  const auto together = model::validate_together(apps, networks);
  all.insert(all.end(), together.begin(), together.end());
  for (const auto& diagnostic : all) {
    std::fprintf(stderr, "%s\n", model::to_string(diagnostic).c_str());
  }
  if (model::has_errors(all)) loaded.exit_code = kFailed;
  return loaded;
}

}  // namespace

int validate(const Options& options) {
  const auto loaded = load(options);
  std::size_t apps = 0;
  std::size_t networks = 0;
  std::size_t bad = 0;
  for (const auto& [file, manifest] : loaded.manifests) {
    apps += manifest.apps.size();
    networks += manifest.networks.size();
    bad += model::has_errors(manifest.diagnostics) ? 1 : 0;
  }
  std::printf("%zu files, %zu apps, %zu shared networks, %zu files with errors\n",
              loaded.manifests.size(), apps, networks, bad);
  return loaded.exit_code;
}

int config(const Options& options) {
  const auto loaded = load(options);
  if (loaded.exit_code != kOk) return loaded.exit_code;
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
    std::printf("%s\n", model::escape_dollars(boost::json::serialize(shown)).c_str());
    return kOk;
  }
  bool first = true;
  for (const auto& document : documents) {
    std::printf("%s%s", first ? "" : "---\n",
                model::escape_dollars(model::to_yaml(document)).c_str());
    first = false;
  }
  return kOk;
}

}  // namespace fairlead::cli
