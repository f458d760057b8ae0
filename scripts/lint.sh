#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-format on every source; clang-tidy on the sources that differ from the last commit on origin's main, or on all
# with --all.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/setup.sh
install_missing "${build_packages[@]}" "${lint_packages[@]}"

mapfile -t sources < <(git ls-files '*.cpp' '*.h')
say "clang-format on ${#sources[@]} files"
clang-format --dry-run -Werror "${sources[@]}"

base=""
if [ "${1:-}" != "--all" ] && git rev-parse -q --verify origin/main >/dev/null; then
    # On a checkout that is origin's main itself, what the last commit changed is looked at.
    base=$(git merge-base HEAD origin/main)
    if [ "$base" = "$(git rev-parse HEAD)" ]; then base=$(git rev-parse -q --verify HEAD~1 || true); fi
fi
if [ -n "$base" ]; then
    mapfile -t units < <(git diff --name-only --diff-filter=d "$base" -- '*.cpp')
else
    mapfile -t units < <(git ls-files '*.cpp')
fi
if [ ${#units[@]} -eq 0 ]; then
    say "clang-tidy: no source differs"
    exit 0
fi
# clang cannot read g++'s precompiled headers, so the compilation database comes from a build folder without them.
say "clang-tidy on ${#units[@]} sources"
cmake -S . -B build/lint -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
    -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DCMAKE_CXX_COMPILER_LAUNCHER= >/dev/null
ninja -C build/lint -t targets all 2>/dev/null | sed -n 's/^\(.*_autogen\):.*/\1/p' | xargs -r ninja -C build/lint >/dev/null
printf '%s\0' "${units[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy -p build/lint --quiet
