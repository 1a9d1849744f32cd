// The one parser of image references: the grammar of distribution/reference, by which Docker and
// its registries read them. Whoever needs a part of a reference asks for it here: manifests for
// whether it is one (yaml/reader.h), pulls for what is to be sent and who is to be asked for a
// password (docker/http/request_parts.h, registry_auth.h).
//
// A first part names a host if it has a dot, a colon or a capital, or is `localhost`; else all of
// it is a path on Docker Hub. So `team/app` is docker.io's, and `team.example/app` is not.
//
//   text                          registry        repository           version()
//   nginx                         docker.io       nginx                latest
//   team/app:1.2                  docker.io       team/app             1.2
//   localhost:5000/app@sha256:…   localhost:5000  localhost:5000/app   sha256:…
//
// Nothing is normalised but index.docker.io, which is docker.io's other name: a reference stays as
// it is written, in labels and hashes, and no `library/` or `latest` is added to it. That two
// spellings may mean one image matters to nobody here: the engine says what it is, and drift is
// judged by the written text.
//
// Pure, and bounded: a name has 255 characters at most, a tag 128.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace fairlead::model {

// registry.example:5000/team/app:1.2@sha256:…
//
// Tag and digest may both be there; the digest decides then, as it does for the engine.
struct ImageReference {
  std::string registry = "docker.io";  // the host that is asked, with its port
  std::string repository;              // as written, with the host: registry.example:5000/team/app
  std::string tag;                     // "" if there is none
  std::string digest;                  // algorithm:hex; "" if there is none

  // What a pull names: the digest, else the tag, else `latest`; never nothing, which would mean all
  // tags (F057). A reference to this object, or to a constant.
  const std::string& version() const;
};

// Why a text is no reference. The text itself is not repeated: it may hold a password, as in
// `https://user:secret@host/app`. The hint may have a part of it where that is safe: the name in
// small letters.
struct ReferenceError {
  std::string message;
  std::string hint;  // may be empty
};

// By its form alone: whether there is such an image is for the engine and its registry to say.
// An image's ID, `sha256:…` or 64 digits, passes as a name, as it does with Docker.
std::expected<ImageReference, ReferenceError> parse_image_reference(std::string_view text);

// What a reference looks like, for messages.
inline constexpr const char* kImageForm = "NAME, NAME:TAG or HOST:PORT/NAME, and @DIGEST behind it";

}  // namespace fairlead::model
