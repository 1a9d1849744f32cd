// Environment files: `.env` beside a manifest, and what `env_file:` and `label_file:` name.
//
// Grammar as Compose reads it (compose-go's dotenv): `KEY=value`, `KEY: value`, an optional
// `export`, a bare `KEY` that takes its value from around; comments from `#` at the start of a line
// or after a blank. Unquoted and "double-quoted" values are interpolated, with the variables from
// around first and then those of the file so far; escapes count in double quotes only; 'single
// quotes' keep everything but `\'`. Quoted values may span lines.
//
//   A=1                 1
//   B="${A} and $$"     1 and $
//   C='$A'              $A
//   D=x # why           x
//   export E            E from around; not there if it is set nowhere
//
// What is around wins over the file itself: with A=2 in Fairlead's environment, B above is "2 and
// $". In a `.env` the values themselves give way as well: the loader keeps those that are there
// already (load.cpp). The last of equal keys counts.
//
// A byte order mark and carriage returns are passed over. Pure; its cost is bounded by
// kMaxInterpolatedBytes for all values together and by the size of a file that the directory hands
// over.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/load/interpolate.h"

namespace fairlead::model {

// `unset` may name a variable twice. Values may be secrets: who keeps them puts them into Masks,
// which parsing does not.
struct EnvFile {
  std::map<std::string, std::string> values;
  std::vector<std::string> unset;  // variables replaced by nothing
};

// The first mistake ends the reading: what follows an open quote means nothing. The message repeats
// of the file no more than a name of 40 characters.
struct EnvFileError {
  int line = 0;  // from 1
  std::string message;
};

std::expected<EnvFile, EnvFileError> parse_env_file(std::string_view text, const Lookup& lookup);

// `format: raw`: each line `KEY=value` as it stands, without quotes, escapes, interpolation or
// comments behind a value. A bare `KEY` takes its value from around here, too.
std::expected<EnvFile, EnvFileError> parse_raw_env_file(std::string_view text,
                                                        const Lookup& lookup);

}  // namespace fairlead::model
