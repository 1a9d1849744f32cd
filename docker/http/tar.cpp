#include "docker/http/tar.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>

namespace fairlead::docker {
namespace {

struct Free {
  void operator()(archive* a) const { archive_write_free(a); }
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};

bool add(archive* out, const FileContent& file) {
  const std::unique_ptr<archive_entry, Free> entry(archive_entry_new());
  // Names in an archive are relative; it is unpacked at /.
  archive_entry_set_pathname(entry.get(), file.path.substr(1).c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), file.mode);
  archive_entry_set_uid(entry.get(), file.uid);
  archive_entry_set_gid(entry.get(), file.gid);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.bytes->size()));
  if (archive_write_header(out, entry.get()) != ARCHIVE_OK) return false;
  return archive_write_data(out, file.bytes->data(), file.bytes->size()) ==
         static_cast<la_ssize_t>(file.bytes->size());
}

la_ssize_t append(archive*, void* text, const void* bytes, std::size_t size) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

Result<std::string> tar_of(const std::vector<FileContent>& files) {
  std::string text;
  const std::unique_ptr<archive, Free> out(archive_write_new());
  // ustar wherever that is enough, and extensions where it is not.
  archive_write_set_format_pax_restricted(out.get());
  bool fine = archive_write_open(out.get(), &text, nullptr, append, nullptr) == ARCHIVE_OK;
  for (const auto& file : files)
    fine = fine && add(out.get(), file);
  fine = fine && archive_write_close(out.get()) == ARCHIVE_OK;
  if (fine) return text;
  const char* why = archive_error_string(out.get());
  return failure(ErrorClass::kInvalid, Reason::kInvalidContainerConfig,
                 std::string("files can't be packed: ") + (why == nullptr ? "unknown" : why));
}

}  // namespace fairlead::docker
