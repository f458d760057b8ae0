#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, and opens the window; without a display, or with --headless, runs the quick start
# on the command line. Further arguments go to the program.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/setup.sh
headless=no
if [ "${1:-}" = "--headless" ]; then
    headless=yes
    shift
fi
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then headless=yes; fi
install_missing "${build_packages[@]}"
build release
if [ "$headless" = yes ]; then
    say "running the quick start (about 3 minutes on two cores)"
    exec build/release/bin/jumplora run experiments/quickstart.json "$@"
fi
say "opening the window"
exec build/release/bin/jumplora-workbench "$@"
