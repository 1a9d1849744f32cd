// What a plain YAML scalar says as text, where Compose turns numbers into texts: 0755 is 493, 1.50
// is 1.5 (yaml.v3 reads the number, Go prints it). Quoted texts stay as they are.
#pragma once

#include <string>

#include "model/yaml/yaml.h"

namespace fairlead::model {

std::string text_of(const YamlNode& scalar);

}  // namespace fairlead::model
