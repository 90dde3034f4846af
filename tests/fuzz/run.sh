#!/usr/bin/env bash
# Builds the fuzzers and lets each one run, two at a time: tests/fuzz/run.sh [seconds]
# Each counts as one test; the last line is "N passed, N failed, 0 skipped". The input that broke a promise stays in
# build/fuzz/findings: give it to the fuzzer as its argument to see it again.
set -euo pipefail
cd "$(dirname "$0")/../.."
export seconds=${1:-60}
mkdir -p build/fuzz/findings
names=()
for source in tests/fuzz/*_fuzz.cpp; do names+=("$(basename "$source" .cpp)"); done

{ cmake --preset fuzz -DSPORTELLO_TESTS=OFF && cmake --build --preset fuzz --target "${names[@]}"; } \
  >build/fuzz/build.log 2>&1 ||
  { tail -n 40 build/fuzz/build.log; echo "The fuzzers do not build."; echo "0 passed, ${#names[@]} failed, 0 skipped"; exit 1; }

# A run begins with the kept corpus and what earlier runs found on this machine.
fuzz() {
  local name=$1 log="build/fuzz/$1.log" corpus="build/fuzz/corpus/${1%_fuzz}"
  mkdir -p "$corpus"
  if "build/fuzz/tests/fuzz/$name" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 \
    -artifact_prefix="build/fuzz/findings/$name-" "$corpus" "tests/fuzz/seeds/${name%_fuzz}" >"$log" 2>&1; then
    echo "$name: passed, $(grep -E '^Done ' "$log")"
  else
    echo "$name: FAILED"$'\n'"$(tail -n 40 "$log")"
  fi
}
export -f fuzz
results=$(printf '%s\n' "${names[@]}" | xargs -P 2 -I{} bash -c 'fuzz {}')
echo "$results"
passed=$(grep -cE '^[a-z]+_fuzz: passed' <<<"$results" || true)
echo "$passed passed, $((${#names[@]} - passed)) failed, 0 skipped"
((passed == ${#names[@]}))
