#!/usr/bin/env bash
# Builds the fuzzers and lets each one run: tests/fuzz/run.sh [seconds]
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
cmake --preset fuzz -DSPORTELLO_TESTS=OFF >/dev/null
cmake --build --preset fuzz --target websocket_fuzz smtp_fuzz mime_fuzz chat_fuzz report_fuzz imap_fuzz
for name in websocket smtp mime chat report imap; do
  mkdir -p "build/fuzz/corpus/$name"
  find build/fuzz -name "${name}_fuzz" -type f -perm -u+x -print -quit | while read -r program; do
    "$program" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=20 "build/fuzz/corpus/$name" "tests/fuzz/seeds/$name"
  done
done
