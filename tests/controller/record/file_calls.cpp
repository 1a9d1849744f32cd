#include "tests/controller/record/file_calls.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/assert.h"

namespace fairlead::test {
namespace {

FileCalls* watching = nullptr;

using What = FileCall::What;

// The next function of that name: the C library's.
template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::string path_of(int descriptor) {
  std::array<char, 4096> path{};
  const auto link = "/proc/self/fd/" + std::to_string(descriptor);
  const auto size = readlink(link.c_str(), path.data(), path.size());
  return size < 0 ? "" : std::string(path.data(), static_cast<std::size_t>(size));
}

// Its name in the folder that is watched, "" for the folder itself.
std::optional<std::string> name_in_folder(const std::string& path) {
  if (watching == nullptr) return std::nullopt;
  const auto& folder = watching->folder();
  if (path == folder) return "";
  if (!path.starts_with(folder + "/")) return std::nullopt;
  return path.substr(folder.size() + 1);
}

// Records it. What is to become of it, if not what it asks for.
std::optional<FileFault> note(FileCall call) {
  const auto number = watching->made.size();
  watching->made.push_back(std::move(call));
  const auto& fault = watching->fault;
  if (!fault || number < fault->call) return std::nullopt;
  if (number == fault->call) return fault;
  return fault->dead ? std::optional<FileFault>({number, 0, EIO, true}) : std::nullopt;
}

int refuse(const FileFault& fault) {
  errno = fault.error;
  return -1;
}

int sync(int descriptor, const char* name) {
  const auto file = name_in_folder(path_of(descriptor));
  if (!file) return next<int(int)>(name)(descriptor);
  const auto fault = note({file->empty() ? What::kSyncFolder : What::kSync, *file, "", "", 0});
  return fault ? refuse(*fault) : 0;
}

}  // namespace

FileCalls::FileCalls(std::string folder) : folder_(std::move(folder)) {
  FL_ASSERT(watching == nullptr);
  watching = this;
}

FileCalls::~FileCalls() {
  watching = nullptr;
}

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t size) {
  const auto original = next<ssize_t(int, const void*, size_t)>("write");
  const auto name = watching == nullptr ? std::nullopt : name_in_folder(path_of(descriptor));
  if (!name) return original(descriptor, bytes, size);
  const auto fault =
      note({What::kWrite, *name, "", std::string(static_cast<const char*>(bytes), size), 0});
  if (!fault) return original(descriptor, bytes, size);
  if (fault->written == 0) return refuse(*fault);
  // A call that took a part has succeeded; the next one tells why it was no more.
  const auto taken = original(descriptor, bytes, fault->written);
  if (fault->error != 0) watching->fault->call = watching->made.size();
  watching->fault->written = 0;
  return taken;
}

int fsync(int descriptor) {
  return sync(descriptor, "fsync");
}

int fdatasync(int descriptor) {
  return sync(descriptor, "fdatasync");
}

int ftruncate(int descriptor, off_t size) noexcept {
  const auto original = next<int(int, off_t)>("ftruncate");
  const auto name = watching == nullptr ? std::nullopt : name_in_folder(path_of(descriptor));
  if (!name || *name == "lock") return original(descriptor, size);
  const auto fault = note({What::kTruncate, *name, "", "", size});
  return fault ? refuse(*fault) : original(descriptor, size);
}

int mkostemp(char* path, int flags) {
  const auto original = next<int(char*, int)>("mkostemp");
  if (!name_in_folder(path)) return original(path, flags);
  const auto fault = note({What::kMake, "", "", "", 0});
  if (fault) return refuse(*fault);
  const int made = original(path, flags);
  watching->made.back().name = name_in_folder(path).value();
  return made;
}

int rename(const char* from, const char* to) noexcept {
  const auto original = next<int(const char*, const char*)>("rename");
  const auto name = name_in_folder(from);
  if (!name) return original(from, to);
  const auto fault = note({What::kRename, *name, name_in_folder(to).value_or(""), "", 0});
  return fault ? refuse(*fault) : original(from, to);
}

int unlink(const char* path) noexcept {
  const auto original = next<int(const char*)>("unlink");
  const auto name = name_in_folder(path);
  if (!name) return original(path);
  const auto fault = note({What::kRemove, *name, "", "", 0});
  return fault ? refuse(*fault) : original(path);
}

}  // extern "C"

}  // namespace fairlead::test
