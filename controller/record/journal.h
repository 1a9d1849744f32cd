// The text of a file that is a whole document, and after it what changed, one line for each write.
// Values only: bytes in, bytes out.
//
//   {"format":1,…}
//   {"sum":"…","n":1,…}
//   {"sum":"…","n":2,…}
//
// A line counts whole or not at all: its sum (the first half of a SHA-256) is over all that follows
// it. So whatever a crash or a power loss leaves of the last one, the file is as before that write.
// All before the last were on disk before it was begun; that one of them does not match its sum, or
// has another number than its place, is damage, and no end of a write.
//
// A document alone, in any layout, is such a file too: what was written before there were changes.
//
//   read_journal()                          means
//   a document that can't be read           an error: the start stops, the file is left alone
//   a last line without its sum             `torn`: a write that nobody was told of; passed over
//   another line without its sum            an error: it was on disk once, and was changed since
//   a line with another number              likewise
//   no end of line at the end               not `appendable`: the next write is a whole one
//
// Why one line for a write, and no second file: docs/decisions/0012-a-document-and-its-changes.md.
// The sum is against what disks do, and not against people: who can write the file can write a sum.
//
// A torn line is said at the start (`the last write of the state had not ended: left out`) and is
// nothing to mend; damage ends the start with the hint what to do.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace fairlead::controller {

// What was read. Views into the bytes that were given, which must outlive it.
struct JournalText {
  boost::json::object document;
  std::vector<std::string_view> changes;  // in order, into the bytes: each the text of an object
  std::size_t document_size = 0;          // bytes
  std::size_t changes_size = 0;
  std::size_t torn = 0;     // bytes of a last line that is not whole
  bool appendable = false;  // a further line may follow as it is
};

// An error's message says where and what it is; its reason is InternalInconsistency.
Result<JournalText> read_journal(const std::string& bytes);
Result<JournalText> read_journal(std::string&& bytes) = delete;

// With its end of line. `number`: from 1 after each document. JSON has no end of line in it, so a
// line is one change.
std::string journal_line(std::uint64_t number, const boost::json::object& change);
std::string journal_document(const boost::json::object& document);

}  // namespace fairlead::controller
