#include "metrics/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace fairlead::metrics {
namespace {

// Fields of /proc/self/stat as proc(5) numbers them from 3: those after the command's name, which
// may hold spaces and parentheses itself.
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto end = text.rfind(')');
  if (end == std::string::npos) return {};
  std::istringstream words(text.substr(end + 1));
  return {std::istream_iterator<std::string>(words), {}};
}

// 0 for a field that a kernel does not have.
double number(const std::vector<std::string>& fields, std::size_t proc_number) {
  const auto at = proc_number - 3;
  return at < fields.size() ? std::strtod(fields[at].c_str(), nullptr) : 0;
}

// In seconds since the epoch, as /proc/stat has it: start times are counted from there.
double boot_time() {
  std::ifstream file("/proc/stat");
  std::string word;
  double seconds = 0;
  while (file >> word) {
    if (word == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

// By listing: the kernel has no count of them.
double count_fds() {
  std::error_code failed;
  std::filesystem::directory_iterator it("/proc/self/fd", failed);
  double count = 0;
  while (!failed && it != std::filesystem::directory_iterator()) {
    ++count;
    it.increment(failed);
  }
  return count > 0 ? count - 1 : 0;  // less the one that counts
}

}  // namespace

ProcessNumbers read_process() {
  ProcessNumbers out;
  const auto fields = stat_fields();
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  out.cpu_seconds = (number(fields, 14) + number(fields, 15)) / ticks;
  out.threads = number(fields, 20);
  // Read once: the clock may be set meanwhile, and the start would seem to move.
  static const double booted = boot_time();
  out.start_time = booted + number(fields, 22) / ticks;
  out.virtual_bytes = number(fields, 23);
  out.resident_bytes = number(fields, 24) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  out.open_fds = count_fds();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) out.max_fds = static_cast<double>(limit.rlim_cur);
  return out;
}

}  // namespace fairlead::metrics
