#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, and opens the window; without a display, or with --headless, runs the quick start
# on the command line. Other arguments go to the program.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/setup.sh
headless=no
[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || headless=yes
arguments=()
for argument in "$@"; do
    if [ "$argument" = "--headless" ]; then headless=yes; else arguments+=("$argument"); fi
done
install_missing "${build_packages[@]}"
build release
if [ "$headless" = yes ]; then
    say "running the quick start"
    exec build/release/bin/jumplora run experiments/quickstart.json "${arguments[@]}"
fi
say "opening the window"
exec build/release/bin/jumplora-workbench "${arguments[@]}"
