#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds everything and runs all tests. Arguments go to ctest, e.g. -L unit.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/setup.sh
install_missing "${build_packages[@]}"
build release
say "testing"
exec ctest --preset release -j "$(nproc)" "$@"
