// What is said of one manifest file: valid or not, and what is wrong with it.
#pragma once

#include <string>
#include <vector>

#include "model/diagnostic.h"

namespace fairlead::controller {

struct FileStatus {
  std::string file;
  bool valid = false;  // as it was last decoded
  std::vector<model::Diagnostic> diagnostics;
  bool decoding = false;  // a version of it is being decoded, or waits for a file it refers to

  // Not decoded so far: neither valid nor broken.
  bool unread() const { return decoding && !valid && diagnostics.empty(); }
};

}  // namespace fairlead::controller
