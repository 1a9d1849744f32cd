// The other half of read_file.h: the bytes, all of them, into a descriptor.
#pragma once

#include <string_view>

namespace fairlead {

// Goes on after a signal and after a short write. False with errno if the descriptor takes no more:
// then some of the bytes may have been written. Blocking; nothing is on disk for certain without a
// sync.
bool write_all(int descriptor, std::string_view bytes);

}  // namespace fairlead
