// What /proc says of this process, for the process_* metrics: the names and meanings of Prometheus'
// own clients. A few reads for each scrape; nothing is kept but the time of the boot.
//
// Here and not by prometheus-cpp, which has no process collector. /proc does not block, so the loop
// reads it.
#pragma once

namespace fairlead::metrics {

// As the metrics have them: seconds and bytes.
struct ProcessNumbers {
  double cpu_seconds = 0;  // user and system, of all threads
  double resident_bytes = 0;
  double virtual_bytes = 0;
  // Without the one that counts.
  double open_fds = 0;
  double max_fds = 0;  // the soft limit
  double threads = 0;
  double start_time = 0;  // seconds since the epoch
};

// Zeros where /proc can't be read: a metric that is 0 is seen, a scrape that fails costs all
// others.
ProcessNumbers read_process();

}  // namespace fairlead::metrics
