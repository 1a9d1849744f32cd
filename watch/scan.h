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
  std::map<std::string, File> references;
  std::shared_ptr<const Followed> followed = std::make_shared<const Followed>();
  std::vector<std::string> links;  // the names above that are symbolic links
};

// `known` is the previous pass: a file with the same bytes shares them.
Scan scan_directory(const Options& options, std::shared_ptr<const Followed> followed,
                    const Scan& known);

}  // namespace fairlead::watch
