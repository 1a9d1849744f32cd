#include "controller/pass/recording.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <exception>

#include "controller/pass/codec.h"

namespace fairlead::controller {
namespace {

// To be raised whenever a member changes its name or meaning.
constexpr std::int64_t kForm = 1;

Error no_recording(const std::string& why) {
  return {ErrorClass::kInvalid, Reason::kNone, "this is no recording of a pass: " + why,
          "`fairlead plan APP --record FILE` makes one"};
}

}  // namespace

std::string record_input(const PassInput& input) {
  boost::json::object root;
  root["form"] = kForm;
  root["input"] = codec::to_json(input);
  return boost::json::serialize(root);
}

Result<PassInput> read_recording(std::string_view text) {
  boost::system::error_code failed;
  // With the library's own limit of depth (F113).
  const auto parsed = boost::json::parse(text, failed);
  if (failed) return std::unexpected(no_recording(failed.message()));
  const auto* root = parsed.if_object();
  if (root == nullptr) return std::unexpected(no_recording("no object"));
  const auto* form = root->if_contains("form");
  const auto* input = root->if_contains("input");
  if (form == nullptr || !form->is_int64() || input == nullptr)
    return std::unexpected(no_recording("`form` or `input` is missing"));
  if (form->get_int64() != kForm) {
    return std::unexpected(Error{ErrorClass::kInvalid, Reason::kNone,
                                 "this recording has form " + std::to_string(form->get_int64()) +
                                     ", and this program reads form " + std::to_string(kForm),
                                 "replay it with the version of Fairlead that made it"});
  }
  try {
    PassInput out;
    codec::from_json(*input, out, "");
    // The only pointer that the planner takes for granted.
    if (out.app == nullptr) return std::unexpected(no_recording("app is missing"));
    return out;
  } catch (const std::exception& wrong) {
    return std::unexpected(no_recording(wrong.what()));
  }
}

}  // namespace fairlead::controller
