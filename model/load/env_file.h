// Environment files: `.env` beside a manifest, and what `env_file:` names.
//
// Grammar as Compose reads it: `KEY=value`, `KEY: value`, an optional `export`, a
// bare `KEY` that takes its value from around; comments from `#` at the start of a line or after a
// blank. Unquoted and "double-quoted" values are interpolated, with the variables from around first
// and then those of the file so far; escapes count in double quotes only; 'single quotes' keep
// everything but `\'`. Quoted values may span lines.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/load/interpolate.h"

namespace fairlead::model {

struct EnvFile {
  std::map<std::string, std::string> values;
  std::vector<std::string> unset;  // variables replaced by nothing
};

struct EnvFileError {
  int line = 0;  // from 1
  std::string message;
};

std::expected<EnvFile, EnvFileError> parse_env_file(std::string_view text, const Lookup& lookup);

// `format: raw`: each line `KEY=value` as it stands, without quotes, escapes or interpolation.
std::expected<EnvFile, EnvFileError> parse_raw_env_file(std::string_view text,
                                                        const Lookup& lookup);

}  // namespace fairlead::model
