#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by the other scripts: installs the Debian packages that are missing, as root or through sudo, and builds.

build_packages=(
    g++ cmake ninja-build ccache pkg-config git
    libtorch-dev libopenblas0-openmp
    qt6-base-dev qt6-svg-dev libqcustomplot-dev
    libsqlite3-dev libsqlitecpp-dev nlohmann-json3-dev libgtest-dev libgmock-dev libbenchmark-dev
    libsentencepiece-dev libpcre2-dev libutf8proc-dev libcli11-dev libspdlog-dev libfmt-dev libxxhash-dev
)
lint_packages=(clang-format clang-tidy)

say() { printf '== %s\n' "$*"; }

# install_missing PACKAGE...: does nothing, quickly, when all are there.
install_missing() {
    local installed missing=() package as_root=()
    installed=" $(dpkg-query -W -f='${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true)"
    for package in "$@"; do
        [[ $installed == *" installed:$package "* ]] || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "These Debian packages are missing: ${missing[*]}" >&2
            echo "Run this script as root, or install sudo, or install them yourself with apt-get." >&2
            return 1
        fi
        as_root=(sudo)
    fi
    say "installing ${#missing[@]} Debian packages: ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Use-Pty=0 "${missing[@]}" </dev/null >/dev/null
}

# build PRESET [CMAKE OPTION...]: configures what was not configured with these options, then builds. One job per
# core, but no more than memory allows: a source that sees LibTorch takes up to 1.5 GB.
build() {
    local preset=$1 folder=build/$1 jobs memory
    shift
    mkdir -p "$folder"
    if [ ! -f "$folder/build.ninja" ] || [ "$*" != "$(cat "$folder/options.txt" 2>/dev/null)" ]; then
        say "configuring preset $preset"
        if ! cmake --preset "$preset" "$@" >"$folder/configure.log" 2>&1; then
            cat "$folder/configure.log" >&2
            return 1
        fi
        printf '%s\n' "$*" >"$folder/options.txt"
    fi
    jobs=$(nproc)
    memory=$(awk '/MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo)
    if [ "$memory" -lt "$jobs" ]; then jobs=$((memory > 0 ? memory : 1)); fi
    say "building preset $preset"
    cmake --build --preset "$preset" -j "$jobs"
}
