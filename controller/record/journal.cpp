#include "controller/record/journal.h"

#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <string_view>
#include <utility>

#include "base/digest.h"

namespace fairlead::controller {
namespace {

namespace json = boost::json;

constexpr std::string_view kBefore = "{\"sum\":\"";
// 128 bits: that a torn line has the right sum by chance can be left out of account.
constexpr std::size_t kSumDigits = 32;
constexpr std::string_view kAfter = "\",";

std::string sum_of(std::string_view body) {
  return sha256_hex(body).substr(0, kSumDigits);
}

std::string numbered(std::uint64_t number) {
  return "\"n\":" + std::to_string(number);
}

std::unexpected<Error> unreadable(std::string what) {
  return failure(ErrorClass::kBlocked, Reason::kInternalInconsistency, std::move(what));
}

// What the sum of a line is over; nothing if it is another.
std::string_view sealed(std::string_view line) {
  constexpr std::size_t kSum = kBefore.size();
  constexpr std::size_t kBody = kSum + kSumDigits + kAfter.size();
  const bool whole = line.size() > kBody && line.starts_with(kBefore) &&
                     line.substr(kSum + kSumDigits).starts_with(kAfter) &&
                     line.substr(kSum, kSumDigits) == sum_of(line.substr(kBody));
  // Never empty if it is sealed: a body has its number at least.
  return whole ? line.substr(kBody) : std::string_view();
}

bool has_number(std::string_view body, std::size_t number) {
  const auto text = numbered(number);
  // The whole number, and not the beginning of another.
  return body.starts_with(text) && (body[text.size()] == ',' || body[text.size()] == '}');
}

// A whole one after the start: what is between them was an end of line.
bool holds_another(std::string_view line) {
  for (auto at = line.find(kBefore, 1); at != std::string_view::npos;
       at = line.find(kBefore, at + 1)) {
    if (!sealed(line.substr(at)).empty()) return true;
  }
  return false;
}

// Where it ends, with the white space after it.
Result<std::size_t> read_document(const std::string& bytes, json::object& document) {
  if (bytes.find_first_not_of(" \n") == std::string::npos) return unreadable("it is empty");
  // A stream, for what follows the document is no JSON document with it.
  json::stream_parser parser;
  json::error_code failed;
  const auto end = parser.write_some(bytes.data(), bytes.size(), failed);
  if (!failed && !parser.done()) failed = json::error::incomplete;
  if (failed) return unreadable(failed.message());
  auto value = parser.release();
  if (!value.is_object()) return unreadable("not an object");
  document = std::move(value.as_object());
  // The parser has taken white space behind it; a line begins on a line.
  if (end < bytes.size() && bytes[end - 1] != '\n') return unreadable("text after the end of it");
  return end;
}

}  // namespace

Result<JournalText> read_journal(const std::string& bytes) {
  JournalText text;
  const auto end = read_document(bytes, text.document);
  if (!end) return std::unexpected(end.error());
  text.document_size = *end;
  std::string_view rest = std::string_view(bytes).substr(*end);
  while (!rest.empty()) {
    const auto line_end = rest.find('\n');
    const auto line = rest.substr(0, line_end);
    const std::string place = "change " + std::to_string(text.changes.size() + 1);
    const bool last = line_end == std::string_view::npos || line_end + 1 == rest.size();
    const auto body = line_end == std::string_view::npos ? std::string_view() : sealed(line);
    if (body.empty()) {
      // A line whose end was overwritten would hide the one behind it.
      if (!last || holds_another(line))
        return unreadable(place + " does not match its sum, and others follow it");
      text.torn = rest.size();
      break;
    }
    // In order and without a gap: a line that was put there from an older copy of the file has a
    // good sum.
    if (!has_number(body, text.changes.size() + 1))
      return unreadable(place + " is not the one that belongs there");
    text.changes.push_back(line);
    text.changes_size += line_end + 1;
    rest.remove_prefix(line_end + 1);
  }
  text.appendable = text.torn == 0 && bytes.ends_with('\n');
  return text;
}

std::string journal_line(std::uint64_t number, const json::object& change) {
  std::string body = numbered(number);
  const auto rest = json::serialize(change);
  // Its members behind the number; an empty object has none.
  body += rest.size() > 2 ? "," + rest.substr(1) : "}";
  return std::string(kBefore) + sum_of(body) + std::string(kAfter) + body + "\n";
}

std::string journal_document(const json::object& document) {
  return json::serialize(document) + "\n";
}

}  // namespace fairlead::controller
