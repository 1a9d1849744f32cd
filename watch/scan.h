// One pass over the directory: what is there now, without judging whether it will stay. Blocking,
// and never waits on a writer: FIFOs and devices are opened neither for reading nor by mistake.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "watch/directory.h"

namespace fairlead::watch {

struct Scan {
  std::string problem;     // why the directory as a whole could not be read; empty if it could
  bool discarded = false;  // the path led elsewhere after the pass than before it (W15, W16)
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::map<std::string, File> files;  // with `error` set, bytes are empty: history is not ours
  std::vector<std::string> links;     // the names above that are symbolic links
};

// *.yaml and *.yml without a leading dot. An allow-list: `sed -i` and `ln -f` use temporary names
// that don't begin with a dot (W6, W9).
bool is_manifest_name(const std::string& name);

// `known` is the previous pass: a file with the same bytes shares them.
Scan scan_directory(const Options& options, const std::map<std::string, File>& known);

}  // namespace fairlead::watch
