#include "docker/http/registry_auth.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <string_view>
#include <utility>

#include "base/base64.h"
#include "base/child.h"

namespace fairlead::docker {
namespace {

namespace json = boost::json;

constexpr auto kLoginDeadline = std::chrono::seconds(60);  // with the wait for a thread
// The key that `docker login` without a host writes.
constexpr const char* kHub = "https://index.docker.io/v1/";

std::string field_text(const json::object& object, std::string_view key) {
  const auto* found = object.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
}
const json::object* field_object(const json::object& object, std::string_view key) {
  const auto* found = object.if_contains(key);
  return found == nullptr ? nullptr : found->if_object();
}

// Keys of `auths` may be URLs, with a path that says nothing.
std::string host_of(std::string_view key) {
  if (const auto scheme = key.find("://"); scheme != std::string_view::npos)
    key.remove_prefix(scheme + 3);
  return std::string(key.substr(0, key.find('/')));
}

// The header is this JSON in URL-safe base64 (Engine API, "Authentication").
std::string encoded(const json::object& auth) {
  return base64url_encode(json::serialize(auth));
}

// Blocked: a repeat finds the same file.
std::unexpected<Error> unusable(const std::string& registry, const std::string& why) {
  return failure(ErrorClass::kBlocked, Reason::kImagePullFailed,
                 "credentials for " + registry + ": " + why,
                 "see `docker login` and Docker's config.json");
}

// The protocol of docker-credential-helpers: `get`, the server on standard input, JSON back.
Result<std::string> from_helper(const std::string& helper, const std::string& server) {
  const auto said = run_child({"docker-credential-" + helper, "get"}, server);
  if (!said) {
    // How every helper says that it knows nothing of this server.
    if (said.error().find("credentials not found") != std::string::npos) return "";
    return unusable(server, said.error());
  }
  boost::system::error_code bad;
  const auto value = json::parse(*said, bad);
  if (bad || !value.is_object()) return unusable(server, helper + " gave no JSON");
  const auto user = field_text(value.get_object(), "Username");
  const auto secret = field_text(value.get_object(), "Secret");
  json::object auth{{"serveraddress", server}};
  // The protocol of helpers: an identity token in place of a password.
  if (user == "<token>") {
    auth["identitytoken"] = secret;
  } else {
    auth["username"] = user;
    auth["password"] = secret;
  }
  return encoded(auth);
}

// Tokens and a password may both be there; the engine takes what the registry wants.
Result<std::string> from_entry(const std::string& server, const json::object& entry) {
  json::object auth{{"serveraddress", server}};
  if (const auto token = field_text(entry, "identitytoken"); !token.empty())
    auth["identitytoken"] = token;
  if (const auto token = field_text(entry, "registrytoken"); !token.empty())
    auth["registrytoken"] = token;
  std::string user = field_text(entry, "username");
  std::string password = field_text(entry, "password");
  if (const auto both = field_text(entry, "auth"); !both.empty()) {
    const auto plain = base64_decode(both);
    // The first: a password may hold more of them.
    const auto colon = plain ? plain->find(':') : std::string::npos;
    if (colon == std::string::npos)
      return unusable(server, "`auth` is not base64 of USER:PASSWORD");
    user = plain->substr(0, colon);
    password = plain->substr(colon + 1);
  }
  if (!user.empty()) {
    auth["username"] = user;
    auth["password"] = password;
  }
  // The server's address alone is no login: an empty entry marks that a store has it.
  return auth.size() == 1 ? std::string() : encoded(auth);
}

// A file that can't be read is Transient: it may be put right meanwhile.
Result<std::string> from_config(const model::ImageReference& image,
                                const Result<std::string>& config) {
  if (config) return registry_auth(image, *config);
  const std::string& hint = config.error().hint;  // of a refusal, for its owner for instance
  return failure(
      ErrorClass::kTransient, Reason::kImagePullFailed,
      "registry logins: " + config.error().message,
      (hint.empty() ? "make it a file again" : hint) + ", or set DOCKER_CONFIG to another folder");
}

}  // namespace

Result<std::string> registry_auth(const model::ImageReference& image, const std::string& config) {
  if (config.empty()) return "";
  const std::string& registry = image.registry;
  const std::string server = registry == "docker.io" ? kHub : registry;
  boost::system::error_code bad;
  const auto value = json::parse(config, bad);
  if (bad || !value.is_object()) return unusable(registry, "config.json is no JSON object");
  const auto& root = value.get_object();
  // One helper for a registry decides alone; the store for all may not know it, and then `auths`
  // may.
  if (const auto* helpers = field_object(root, "credHelpers")) {
    const auto helper = field_text(*helpers, registry);
    if (!helper.empty()) return from_helper(helper, server);
  }
  if (const auto store = field_text(root, "credsStore"); !store.empty()) {
    auto found = from_helper(store, server);
    if (!found || !found->empty()) return found;
  }
  const auto* auths = field_object(root, "auths");
  if (auths == nullptr) return "";
  // By host: logins of old versions have a scheme and a path.
  for (const auto& [key, entry] : *auths) {
    if (key != server && host_of(key) != host_of(server)) continue;
    if (const auto* object = entry.if_object()) return from_entry(server, *object);
  }
  return "";
}

Task<Result<std::string>> log_in(Pool& pool, model::ImageReference image,
                                 std::function<Result<std::string>()> read_config) {
  if (!read_config) co_return std::string();
  std::function<Result<std::string>()> work = [image = std::move(image),
                                               read_config = std::move(read_config)] {
    return from_config(image, read_config());
  };
  auto auth = co_await pool.ask(std::move(work), kLoginDeadline);
  if (auth) co_return std::move(*auth);
  co_return failure(ErrorClass::kTransient, Reason::kImagePullFailed,
                    "registry logins: no answer within a minute",
                    "see which credential helper hangs: `credsStore`, `credHelpers` in "
                    "config.json");
}

}  // namespace fairlead::docker
