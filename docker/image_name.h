// The parts of an image reference.
#pragma once

#include <string>

namespace fairlead::docker {

struct ImageName {
  std::string repository;
  std::string tag;  // or digest
};

// Always a tag: without one the engine pulls all of them (F057).
ImageName split_reference(const std::string& reference);

// registry.example:5000 of registry.example:5000/team/app:1; docker.io of plain names.
std::string registry_of(const std::string& reference);

}  // namespace fairlead::docker
