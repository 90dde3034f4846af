#!/usr/bin/env bash
# Builds the coroutine probes with the product's compiler and runs each under the address sanitizer.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p build/toolchain
compiler=${1:-clang++-16}
ccache "$compiler" -std=c++20 -O1 -g1 -pthread -fsanitize=address,undefined -c tests/toolchain/coroutine_probe.cpp \
  -o build/toolchain/probe.o
"$compiler" -pthread -fsanitize=address,undefined build/toolchain/probe.o -o build/toolchain/probe
count=$(build/toolchain/probe)
for ((i = 0; i < count; i++)); do
  [[ $(build/toolchain/probe "$i") == ok ]] || { echo "probe $i failed with $compiler"; exit 1; }
done
echo "$count probes passed with $compiler"
