// Top-level `configs:` and `secrets:`, and where services want to see them.
#include <algorithm>

#include "base/digest.h"
#include "model/decode/parts.h"
#include "model/load/load.h"

namespace fairlead::model {
namespace {

// Held in memory as long as the manifest is in force, and sent before each start.
constexpr std::size_t kMostContent = 1 << 20;

constexpr Refused kRefusedFileKeys[] = {
    {"driver", "secret drivers need Swarm", "`file`, `environment` or `x-credential`"},
    {"driver_opts", "secret drivers need Swarm", "`file`, `environment` or `x-credential`"},
    {"external", "there is no store outside Swarm", "`file`, `environment` or `x-credential`"},
    {"template_driver", "it needs Swarm", "variables in the manifest"},
};

struct FileDraft {
  File file;
  std::optional<std::string> inlined;
  // How many of the keys that say where it comes from were given.
  int sources = 0;
};

template <std::string File::* Member>
void source_into(Reader& reader, const Field& field, FileDraft& out) {
  if (auto text = read_string(reader, field)) out.file.*Member = std::move(*text);
  ++out.sources;
}

constexpr Key<FileDraft> kFileKeys[] = {
    {"name",
     [](Reader& r, const Field& f, FileDraft& d) { d.file.name = read_string(r, f).value_or(""); }},
    {"file", source_into<&File::path>},
    {"environment", source_into<&File::environment>},
    {"x-credential", source_into<&File::credential>},
    {"content",
     [](Reader& r, const Field& f, FileDraft& d) {
       d.inlined = read_string(r, f);
       ++d.sources;
     }},
    {"labels", [](Reader& r, const Field& f, FileDraft&) { read_labels(r, f); }},  // no effect
};

// Every mistake leaves `content` null.
void resolve_content(Reader& reader, const Field& field, Loader& loader, FileDraft& draft) {
  File& file = draft.file;
  if (draft.sources != 1) {
    reader.error(field, draft.sources == 0 ? "no content" : "several contents",
                 file.secret ? "one of `file`, `environment`, `x-credential`"
                             : "one of `file`, `content`, `environment`");
    return;
  }
  if (draft.inlined && file.secret) {
    // Manifests are in version control, in the API and on screens.
    reader.error(field, "a secret stands in the manifest", "`file`, `environment`, `x-credential`");
  } else if (draft.inlined) {
    file.content = std::make_shared<const std::string>(*draft.inlined);
  } else if (!file.environment.empty()) {
    file.content = loader.variable_content(field, file.environment);
  } else if (!file.credential.empty()) {
    file.content = loader.credential(field, file.credential);
  } else {
    file.path = path_beneath("", file.path).value_or(file.path);
    file.content = loader.file_content(field, file.path, file.secret);
    const auto& root = reader.options.host_root;
    // An encrypted file can't be mounted: what it holds exists in memory alone.
    if (!root.empty() && !file.path.ends_with(".age")) file.host_path = root + "/" + file.path;
  }
  if (file.content && file.content->size() > kMostContent) {
    reader.error(field, "the content is larger than 1 MiB", "", "mount a volume instead");
    file.content.reset();
  }
}

template <std::string FileMount::* Member>
void mount_text(Reader& reader, const Field& field, FileMount& out) {
  if (auto text = read_string(reader, field)) out.*Member = std::move(*text);
}
void read_owner(Reader& reader, const Field& field, std::string& out) {
  // Kept as a text, in one spelling; 4294967295 is the kernel's "no change".
  if (const auto id = read_integer(reader, field, 0, 4'294'967'294)) out = std::to_string(*id);
}
constexpr Key<FileMount> kFileMountKeys[] = {
    {"source", mount_text<&FileMount::source>},
    {"target", mount_text<&FileMount::target>},
    {"uid", [](Reader& r, const Field& f, FileMount& m) { read_owner(r, f, m.uid); }},
    {"gid", [](Reader& r, const Field& f, FileMount& m) { read_owner(r, f, m.gid); }},
    {"mode", [](Reader& r, const Field& f, FileMount& m) { m.mode = read_mode(r, f); }},
};

void read_file_mounts(Reader& reader, const Field& field, Service& service, bool secret) {
  if (!expect_list(reader, field)) return;
  for (std::size_t i = 0; i < field.node.items.size(); ++i) {
    const Field item = field.item(i);
    FileMount mount;
    mount.secret = secret;
    mount.position = reader.position(item.node);
    if (item.node.is_map()) {
      if (!read_map<FileMount>(reader, item, kFileMountKeys, mount)) continue;
    } else {
      mount.source = read_string(reader, item).value_or("");
    }
    if (mount.source.empty()) reader.error(item, "no `source`", "the name of one at the top level");
    service.files.push_back(std::move(mount));
  }
}

}  // namespace

void read_configs_of_service(Reader& reader, const Field& field, Service& service) {
  read_file_mounts(reader, field, service, false);
}
void read_secrets_of_service(Reader& reader, const Field& field, Service& service) {
  read_file_mounts(reader, field, service, true);
}

void read_files(Reader& reader, const Field& field, bool secret, Loader& loader,
                std::vector<File>& files) {
  if (field.node.is_null() || !expect_map(reader, field)) return;
  for (const auto& member : field.node.members) {
    const Field inner = field.member(member);
    FileDraft draft;
    draft.file.key = member.key;
    draft.file.secret = secret;
    draft.file.position = reader.position(member.mark);
    if (!read_map<FileDraft>(reader, inner, kFileKeys, draft, kRefusedFileKeys)) continue;
    resolve_content(reader, inner, loader, draft);
    if (draft.file.content) {
      // Into a label in the end, where a plain hash of a short password would be its solution
      // (F105).
      draft.file.digest = hmac_sha256_hex(reader.options.digest_key, *draft.file.content);
    }
    files.push_back(std::move(draft.file));
  }
}

}  // namespace fairlead::model
