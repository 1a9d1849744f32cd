// What is said of one manifest file: valid or not, and what is wrong with it. For `fairlead get
// files`, /api/v1/files and the metrics of manifests.
//
//   decoding  valid  diagnostics   it is
//   yes       no     none          new, and not decoded so far (unread)
//   yes       any    as before     decoded anew; what is said is of the version before
//   no        yes    warnings      in force
//   no        no     errors        broken: its last good version stays in force (F082)
//
// A file that is gone has no status. One that is valid may still not be in force, where its App is
// another file's (desired/store.h): then a diagnostic says so, and it is not valid here.
#pragma once

#include <string>
#include <vector>

#include "model/diagnostic.h"

namespace fairlead::controller {

// Diagnostics are fit to be shown (model/diagnostic.h), in the order of their positions, and behind
// them those that the directory as a whole gave rise to.
struct FileStatus {
  std::string file;
  bool valid = false;  // as it was last decoded
  std::vector<model::Diagnostic> diagnostics;
  bool decoding = false;  // a version of it is being decoded, or waits for a file it refers to

  // Not decoded so far: neither valid nor broken.
  bool unread() const { return decoding && !valid && diagnostics.empty(); }
};

}  // namespace fairlead::controller
