// Private to model/: from the documents of a Compose file to the one tree that they mean.
//
// The order is Compose's: interpolate, include, extend, merge. Afterwards the tree holds no
// variable, no `include`, no `extends`, no tag, and every path in it that names a file is relative
// to the manifests directory.
//
//   Loader loader(reader, manifest.references, "");
//   loader.name_project("shop");         // first: texts may name it
//   YamlNode whole;
//   loader.add_document(document, whole);
//   loader.add_override("shop.override.yaml", whole);
//   loader.read_service_files(whole);    // last: env_file names may come from any of them
//
// Files are never opened here. They are asked for by path (DecodeOptions::read) and answered from
// the snapshot that the manifest is in, so all of them are of one moment; each that was asked for,
// there or not, is in `references`, and the directory follows it from then on. One that was not
// looked for yet makes the whole pending: the manifest is decoded again when it was.
//
// A file outside the manifests directory is refused, remote ones too: what runs here is decided by
// who may write there (F103).
//
// Nothing fails: mistakes become diagnostics, at the place in the file where they are. Bounds that
// keep a hostile file from growing without end are in load.cpp; each says so when it is reached.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/load/interpolate.h"
#include "model/load/merge.h"
#include "model/sources.h"
#include "model/yaml/reader.h"

namespace fairlead::model {

class Loader {
 public:
  // All must outlive the loader. `references` gets every path that is asked for. `root` is the key
  // path of the Compose file in its document: "" or "spec". Reads the `.env` beside the manifest.
  Loader(Reader& reader, std::set<std::string>& references, std::string root);

  // The project's name, interpolated; from now on texts may use it as COMPOSE_PROJECT_NAME.
  std::string name_project(const std::string& text);

  // One document, interpolated and with its paths resolved, laid onto `base` (null at first).
  // Mistakes become diagnostics; what could be read is still merged. In the order of the file:
  // later ones win.
  void add_document(YamlNode document, YamlNode& base);

  // The override file beside the manifest, if there is one: `shop.override.yaml` of `shop.yaml`.
  // Its absence is remembered as a reference, so that it counts when it appears.
  void add_override(const std::string& path, YamlNode& base);

  // Last: `env_file` and `label_file` become `environment` and `labels`, beneath what stands in the
  // manifest itself; and profiles that `security_opt` names by a file become their content, for the
  // engine takes no path.
  void read_service_files(YamlNode& base);

  // Texts only, for a document that is no Compose file.
  void interpolate_document(YamlNode& document) { interpolate_tree(document, root_, main_); }

  // What texts of the manifest itself are interpolated with; "" if unset. Not hidden by Masks: only
  // for what is no secret, such as COMPOSE_PROFILES.
  std::string variable(const std::string& name) const;

  // Contents of configs and secrets; null with a diagnostic at `field`, unless merely pending.
  // Files are shared with the snapshot, and not copied. An `age` file is decrypted for secrets
  // only, by a helper that may take long (DecodeOptions::decrypt).
  using Content = std::shared_ptr<const std::string>;
  Content file_content(const Field& field, const std::string& path, bool secret);
  Content variable_content(const Field& field, const std::string& name);
  Content credential(const Field& field, const std::string& name);

  // Some file was not looked for yet: what was loaded is not the truth.
  bool pending() const { return pending_; }

 private:
  // Where a file stands and what its texts are interpolated with.
  // An included file begins with the variables of the one that includes it, and has a folder of its
  // own.
  struct Place {
    std::string folder;
    StringMap variables;
    std::vector<std::string> including;  // the files on the way here, to find cycles
  };

  // null with a diagnostic at `field`, unless it is merely pending. `optional`: an absent file is
  // no mistake; one that can't be read is, for it may say what matters.
  std::shared_ptr<const std::string> read_source(const Field& field, const std::string& path,
                                                 bool optional);
  std::string at(const std::string& path) const {
    return root_.empty() ? path : root_ + "." + path;
  }

  // Looks in `variables`, and remembers the value for messages to hide.
  Lookup lookup_in(const StringMap& variables);

  void prepare(YamlNode& document, const Place& place);
  void read_files_into(YamlNode& service, const std::string& path, const char* files,
                       const char* target);
  void read_profile(const Field& option, std::string& text);
  std::optional<StringMap> read_variables(const Field& file);
  bool interpolate_tree(YamlNode& node, const std::string& path, const Place& place);
  void add_to(YamlNode document, const Place& place, YamlNode& base);
  void merge_onto(YamlNode& base, const YamlNode& over, const KeyPath& path);

  void include_all(YamlNode& document, const Place& place);
  void include_one(const Field& item, const Place& place, YamlNode& document);
  Place included_place(const Field& item, const std::string& main, const Place& from);
  void add_variables(const Field& field, const std::string& path, bool optional, StringMap& into);

  void extend_all(YamlNode& document, const Place& place);
  // `trail` holds (file, service) pairs on the way, to find cycles.
  using Trail = std::set<std::pair<std::string, std::string>>;
  std::optional<YamlNode> extended(const std::string& name, const YamlNode& services,
                                   const std::string& file, const Place& place, Trail trail);
  const YamlNode* services_of_file(const Field& field, const std::string& path, const Place& place);

  // All documents of another file, merged, without their own includes and extensions.
  std::optional<std::vector<YamlNode>> documents_of(const Field& field, const std::string& path);
  std::optional<std::string> local_path(const Field& field, const std::string& text,
                                        const Place& place);

  Reader& reader_;
  std::set<std::string>& references_;
  std::string root_;
  Place main_;
  std::map<std::string, int> numbers_;  // of the files read so far, as in YamlMark::file
  std::map<std::string, YamlNode> extension_files_;
  // Spent of the bounds, over all files of the manifest.
  std::size_t interpolated_bytes_ = 0;
  std::size_t extended_weight_ = 0;
  std::size_t included_ = 0;
  bool pending_ = false;
};

// Makes the paths of a file in `folder` relative to the manifests directory. Those that lead out of
// it stay as they are, for the decoders to judge. Only for folders: in the directory itself paths
// are relative to it already.
void resolve_paths(YamlNode& document, const std::string& folder);

}  // namespace fairlead::model
