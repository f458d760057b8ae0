#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-format on every source; whether the patches of tests/defects fit; clang-tidy on the sources that differ from
# the last commit on origin's main, or on all with --all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/setup.sh
install_missing "${build_packages[@]}" "${lint_packages[@]}"
# A checkout that belongs to another user is readable all the same.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$PWD

mapfile -t sources < <(git ls-files '*.cpp' '*.h')
say "clang-format on ${#sources[@]} files"
clang-format --dry-run -Werror "${sources[@]}"

# tests/defects/run.sh takes too long for every change; that its patches still fit is seen at once.
say "patches of tests/defects"
for patch in tests/defects/*.patch; do git apply --check "$patch"; done

# A third of the time goes into three checks, which look at every function of every header; --all has them.
base="" slow=-performance-unnecessary-value-param,-bugprone-reserved-identifier,-bugprone-stringview-nullptr
if [ "${1:-}" != "--all" ] && git rev-parse -q --verify origin/main >/dev/null; then
    base=$(git merge-base HEAD origin/main || true)
    # On origin's main itself, what its last commit changed is looked at.
    if [ "$base" = "$(git rev-parse HEAD)" ]; then base=$(git rev-parse -q --verify HEAD~1 || true); fi
fi
if [ -n "$base" ]; then
    # A header is looked at with the source of its name.
    mapfile -t units < <(git diff --name-only --diff-filter=d "$base" -- '*.cpp' '*.h' | sed 's/\.h$/.cpp/' | sort -u |
        while read -r unit; do if [ -f "$unit" ]; then echo "$unit"; fi; done)
else
    mapfile -t units < <(git ls-files '*.cpp')
    slow=""
fi
if [ ${#units[@]} -eq 0 ]; then
    say "clang-tidy: no source differs"
    exit 0
fi
# clang cannot read g++'s precompiled headers, so the compilation database comes from a build folder without them.
say "clang-tidy on ${#units[@]} sources"
mkdir -p build/lint
if ! cmake -S . -B build/lint -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
    -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >build/lint/configure.log 2>&1; then
    cat build/lint/configure.log >&2
    exit 1
fi
# Sources that include generated Qt code need it to be there.
ninja -C build/lint -t targets all | sed -n 's/^\([^/]*_autogen\): phony$/\1/p' | sort -u |
    xargs -r ninja -C build/lint >/dev/null
printf '%s\0' "${units[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy -p build/lint --quiet "--checks=$slow" \
    "--extra-arg=-include$PWD/cmake/clang14_vector.h" --extra-arg=-Wno-unknown-warning-option
say "clang-tidy found nothing"
