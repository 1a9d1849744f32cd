// SHA-256 as 64 lower-case hexadecimal digits (OpenSSL). For comparing contents and for spec
// hashes: their values stand in labels of users' containers, so the algorithm is part of the hash
// version (model/form/canonical.h), and another one would mean that every container of every user
// is replaced at the next upgrade.
//
// Also the digest of a manifest (watch/scan.cpp) and the sum of a line of the state file
// (controller/record/journal.h). Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace fairlead {
// Of any bytes. Tells nothing of long contents, and all of short ones, for which one can try.
std::string sha256_hex(std::string_view bytes);
// HMAC with SHA-256: tells nothing of `bytes` to who does not have the key. Of configs and secrets,
// whose plain hash in a label could be guessed by trying (F105). The key is the installation's own
// (`digest.key` in the state directory): with another key every digest is another one, and every
// container that holds a config or a secret is replaced once.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
}  // namespace fairlead
