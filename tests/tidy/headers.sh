#!/usr/bin/env bash
# Every header compiles alone: whoever includes it needs nothing before it.
set -uo pipefail
cd "$(dirname "$0")/../.."
flags=(-std=c++20 -fsyntax-only -pthread -I. -Wno-pragma-once-outside-header -DBOOST_ASIO_SEPARATE_COMPILATION
  -DBOOST_ASIO_NO_DEPRECATED $(pkg-config --cflags gmime-3.0 libcurl libsodium libxml-2.0))
export flags_text="${flags[*]}"
check() { clang++-16 $flags_text -x c++ "$1" 2>&1 || echo "does not compile alone: $1"; }
export -f check
out=$(git ls-files '*.hpp' | grep -vE '^(tests|bench)/' | xargs -P 2 -I{} bash -c 'check {}' | grep -E 'error|does not compile')
echo "$out"
[[ -z "$out" ]]
