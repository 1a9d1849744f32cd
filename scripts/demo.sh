# What scripts/run and scripts/clean-demo know about the demo. Sourced by both.

# Everything of the private engine: its data, its log, and what was there before it.
home=${XDG_STATE_HOME:-/var/lib}/fairlead-demo

# Where Fairlead keeps its state (docs/cli.md). A demo that made it, and used no Docker of the
# user's, leaves this mark in it: only then is it the demo's to remove.
if [[ $(id -u) == 0 ]]; then
  state=${FAIRLEAD_STATE_DIR:-/var/lib/fairlead}
else
  state=${FAIRLEAD_STATE_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/fairlead}
fi
mark=$state/made-by-demo

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }

# True when a dockerd runs in our network namespace.
dockerd_beside() {
  local pid
  for pid in $(pgrep -x dockerd); do
    if [[ $(readlink "/proc/$pid/ns/net") == "$(readlink /proc/self/ns/net)" ]]; then return 0; fi
  done
  return 1
}

# The processes of the demo's own engine.
demo_engines() { pgrep -f -- "^dockerd .*--data-root $home/data" || true; }
