# What .ci/run and .ci/full share: how a stage is run, timed and counted, and the stages themselves.
# Sourced by both, from the root of the tree.
set -euo pipefail
export CI=true
passed=0 failed=0 skipped=0
late=()

# The minutes that docs/ci-budget.md grants a stage; empty where it says no limit. Fails for a stage
# without a line.
budget() {
  awk -F'|' -v name="$1" '
    { gsub(/^ +| +$/, "", $2); gsub(/^ +| +$/, "", $3) }
    $2 == name { found = 1; if ($3 ~ /^[0-9.]+$/) print $3 }
    END { exit !found }' docs/ci-budget.md
}

# stage NAME COMMAND…: prints how long it took, and says when that is a fifth over the budget; a
# failing stage ends the run. (Inside a tested command `set -e` is off: the functions below join
# their steps with &&.)
stage() {
  local name=$1 begin=$SECONDS status=0 before=$failed minutes took
  shift
  printf '\n== %s\n' "$name"
  if ! minutes=$(budget "$name"); then
    echo "== $name: FAILED: no line in docs/ci-budget.md"
    failed=$((failed + 1))
    finish 1
  fi
  "$@" || status=$?
  took=$((SECONDS - begin))
  printf '== %s: %s after %d s (minutes granted: %s)\n' "$name" \
    "$([[ $status == 0 ]] && echo ok || echo FAILED)" "$took" "${minutes:-no limit}"
  if [[ -n $minutes ]] && awk "BEGIN { exit !($took > $minutes * 72) }"; then
    late+=("$name: $took s, and docs/ci-budget.md grants $minutes min")
  fi
  [[ $status == 0 ]] && return
  # A stage that counts its tests has counted those that failed; any other is one failure.
  [[ $failed != "$before" ]] || failed=$((failed + 1))
  finish 1
}

finish() {
  printf '\n== in all: %d s\n' "$SECONDS"
  [[ ${#late[@]} == 0 ]] || printf '== over budget: %s\n' "${late[@]}"
  printf '%d passed, %d failed' "$passed" "$failed"
  [[ $skipped == 0 ]] || printf ', %d skipped' "$skipped"
  printf '\n'
  exit "$1"
}

# Runs a command that runs ctest, and adds its counts to the sums.
counted() {
  local log status=0 summary bad all none
  log=$(mktemp)
  "$@" 2>&1 | tee "$log" || status=$?
  # "98% tests passed, 2 tests failed out of 120", which counts a skipped test as passed.
  summary=$(grep -E '^[0-9]+% tests passed, [0-9]+ tests? failed out of [0-9]+' "$log" | tail -n 1 || true)
  none=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*Skipped' "$log" || true)
  rm -f "$log"
  if [[ -z $summary ]]; then
    failed=$((failed + 1))
    return 1
  fi
  bad=$(sed -E 's/.*passed, ([0-9]+) test.*/\1/' <<<"$summary")
  all=$(sed -E 's/.*out of ([0-9]+).*/\1/' <<<"$summary")
  failed=$((failed + bad))
  skipped=$((skipped + none))
  passed=$((passed + all - bad - none))
  return "$status"
}

format_check() {
  find base model watch docker controller metrics api cmd tests packaging \
    \( -name '*.h' -o -name '*.cpp' \) -print0 | xargs -0 clang-format-19 --dry-run -Werror
}

# Each check on samples that it must catch, then on the tree.
house_rules() {
  local check
  .ci/changed_sources --self-test && .ci/coverage --self-test || return 1
  for check in tests/tidy/check_*.py; do
    python3 -B "$check" --self-test && python3 -B "$check" || return 1
  done
}

# build PRESET [CMAKE_OPTION…]
build() {
  cmake --preset "$1" "${@:2}" && cmake --build --preset "$1"
}

# tests PRESET [CTEST_OPTION…]: suites on engines mostly wait, so more run at once than there are
# processors.
tests() {
  ctest --test-dir "build/$1" -j "$(($(nproc) * 2))" --no-tests=error --output-on-failure "${@:2}"
}

# build_and_test PRESET: without an engine.
build_and_test() {
  build "$1" -DFAIRLEAD_TESTS=ON && tests "$1" -L unit
}

# Under the sanitizers, with the coverage that the same runs give.
sanitized() {
  rm -rf build/asan/profile
  build_and_test asan && .ci/coverage build/asan
}

# clang_tidy [--all]: the sources that may have changed since the commit that .ci/tidy-passed names.
clang_tidy() {
  local sources
  sources=$(.ci/changed_sources "$@") || return 1
  [[ -n $sources ]] || return 0
  xargs -d '\n' run-clang-tidy-19 -quiet -j "$(nproc)" -p build/release <<<"$sources"
}
