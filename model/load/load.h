// Private to model/: from the documents of a Compose file to the one tree that they mean.
//
// The order is Compose's: interpolate, include, extend, merge. Afterwards the
// tree holds no variable, no `include`, no `extends`, no tag, and every path in it that names a
// file is relative to the manifests directory.
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
  // path of the Compose file in its document: "" or "spec".
  Loader(Reader& reader, std::set<std::string>& references, std::string root);

  // The project's name, interpolated; from now on texts may use it as COMPOSE_PROJECT_NAME.
  std::string name_project(const std::string& text);

  // One document, interpolated and with its paths resolved, laid onto `base` (null at first).
  // Mistakes become diagnostics; what could be read is still merged.
  void add_document(YamlNode document, YamlNode& base);

  // The override file beside the manifest, if there is one.
  void add_override(const std::string& path, YamlNode& base);

  // Last: `env_file` and `label_file` become `environment` and `labels`.
  void read_service_files(YamlNode& base);

  // Texts only, for a document that is no Compose file.
  void interpolate_document(YamlNode& document) { interpolate_tree(document, root_, main_); }

  // What texts of the manifest itself are interpolated with; "" if unset.
  std::string variable(const std::string& name) const;

  // Contents of configs and secrets; null with a diagnostic at `field`, unless merely pending.
  using Content = std::shared_ptr<const std::string>;
  Content file_content(const Field& field, const std::string& path, bool secret);
  Content variable_content(const Field& field, const std::string& name);
  Content credential(const Field& field, const std::string& name);

  // Some file was not looked for yet: what was loaded is not the truth.
  bool pending() const { return pending_; }

 private:
  // Where a file stands and what its texts are interpolated with.
  struct Place {
    std::string folder;
    StringMap variables;
    std::vector<std::string> including;  // the files on the way here, to find cycles
  };

  // null with a diagnostic at `field`, unless it is merely pending. `optional`: an absent file is
  // no mistake.
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
  std::size_t interpolated_bytes_ = 0;
  std::size_t extended_weight_ = 0;
  std::size_t included_ = 0;
  bool pending_ = false;
};

// Makes the paths of a file in `folder` relative to the manifests directory. Those that lead out
// of it stay as they are, for the decoders to judge.
void resolve_paths(YamlNode& document, const std::string& folder);

}  // namespace fairlead::model
