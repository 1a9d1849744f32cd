// The other half of read_file.h: the bytes, all of them, into a descriptor.
//
// Writes only. Whether the bytes survive a crash, and whether a reader may see half of them, is the
// caller's: what must be whole is written beside its name, synced and renamed
// (controller/record/state_file.cpp). Blocking, as long as the file system or the reader of a pipe
// takes; a descriptor that does not block is not for this. Any thread.
#pragma once

#include <string_view>

namespace fairlead {

// Goes on after a signal and after a short write. False with errno if the descriptor takes no more:
// then some of the bytes may have been written. Nothing is on disk for certain without a sync. No
// bytes is success.
bool write_all(int descriptor, std::string_view bytes);

}  // namespace fairlead
