// What /proc says of this process, for the process_* metrics.
#pragma once

namespace fairlead::metrics {

struct ProcessNumbers {
  double cpu_seconds = 0;
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double open_fds = 0;
  double max_fds = 0;
  double threads = 0;
  double start_time = 0;  // seconds since the epoch
};

// Zeros where /proc can't be read.
ProcessNumbers read_process();

}  // namespace fairlead::metrics
