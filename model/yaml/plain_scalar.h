// What a plain YAML scalar says as text, where Compose turns numbers into texts: yaml.v3 reads the
// number, and Go prints it. Quoted texts, and those tagged !!str, stay as they are.
//
//   in the manifest      text      because
//   0755                 493       an octal number of YAML 1.1
//   0x1F, 0o17, 0b11     31, 15, 3
//   08                   8         no octal number, and so read as a float
//   1.50, 1e3            1.5, 1000 as Go's %v prints a float
//   TRUE, False          true, false
//   yes, on              as written: no boolean where a text is asked for (F109)
//
// Asked for by read_environment(), read_string_map() and read_labels() (reader.h), and there for
// values of the mapping form only: `{MODE: 0755}` is 493, `[MODE=0755]` is a text and stays.
// Everything else in a manifest is read by the type that its key has, with no guess from the
// spelling.
//
// An environment value is part of the spec hash (form/canonical.h): a number that is spelled in
// another way here is a container that is replaced. tests/conformance compares with Compose.
#pragma once

#include <string>

#include "model/yaml/yaml.h"

namespace fairlead::model {

// Of a scalar node; not asked of others. Integers are read up to 64 bits, larger ones as floats, as
// Go does; what is neither is returned as it stands. Never fails.
std::string text_of(const YamlNode& scalar);

}  // namespace fairlead::model
