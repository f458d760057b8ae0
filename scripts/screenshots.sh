#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Renews docs/screenshots: every page of the window, light and dark, with real runs of the built-in experiment in it.
# WIDTH HEIGHT TEXT_SCALE as arguments take other pictures, into build/pictures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/setup.sh
install_missing "${build_packages[@]}"
build release
# Pages name the folder of a run: it lies where every machine has one.
place=/tmp/jumplora-pictures
runs=$place/runs index=$place/index.sqlite output=docs/screenshots
[ $# -eq 0 ] || output=build/pictures
mkdir -p "$runs" "$output"
if [ -z "$(ls "$runs")" ]; then
    say "running the built-in experiment"
    build/release/bin/jumplora run experiments/quickstart.json --runs "$runs" --db "$index"
fi
say "taking pictures into $output"
build/release/bin/window_pictures "$index" "$runs" "$output" "$@"
