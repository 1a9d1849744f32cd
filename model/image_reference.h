// The one parser of image references: the grammar of distribution/reference, by which Docker and
// its registries read them. Whoever needs a part of a reference asks for it here.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace fairlead::model {

// registry.example:5000/team/app:1.2@sha256:…
struct ImageReference {
  std::string registry = "docker.io";  // the host that is asked, with its port
  std::string repository;              // as written, with the host: registry.example:5000/team/app
  std::string tag;                     // "" if there is none
  std::string digest;                  // algorithm:hex; "" if there is none

  // What a pull names: the digest, else the tag; never nothing, which would mean all tags (F057).
  const std::string& version() const;
};

// Why a text is no reference. The text itself is not repeated: it may hold a password.
struct ReferenceError {
  std::string message;
  std::string hint;  // may be empty
};

std::expected<ImageReference, ReferenceError> parse_image_reference(std::string_view text);

// What a reference looks like, for messages.
inline constexpr const char* kImageForm = "NAME, NAME:TAG or HOST:PORT/NAME, and @DIGEST behind it";

}  // namespace fairlead::model
