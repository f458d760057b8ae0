#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh, test.sh and lint.sh: installs the Debian packages that are missing, as root or through sudo.

build_packages=(
    g++ cmake ninja-build ccache pkg-config git
    libtorch-dev libopenblas0-openmp
    qt6-base-dev qt6-svg-dev libqcustomplot-dev
    libsqlite3-dev libsqlitecpp-dev nlohmann-json3-dev libgtest-dev libgmock-dev libbenchmark-dev
    libsentencepiece-dev libpcre2-dev libcli11-dev libspdlog-dev libfmt-dev libxxhash-dev
)
lint_packages=(clang-format clang-tidy)

say() { printf '== %s\n' "$*"; }

# install_missing PACKAGE...: does nothing, quickly, when all are there.
install_missing() {
    local missing=() package
    for package in "$@"; do
        if ! dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed'; then
            missing+=("$package")
        fi
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "These Debian packages are missing and there is no sudo to install them: ${missing[*]}" >&2
            return 1
        fi
        as_root=(sudo)
    fi
    say "installing ${#missing[@]} Debian packages: ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null
}

# build PRESET [CMAKE OPTION...]: configures once, then builds.
build() {
    local preset=$1
    shift
    if [ ! -f "build/$preset/build.ninja" ] || [ $# -gt 0 ]; then
        say "configuring preset $preset"
        cmake --preset "$preset" "$@" >"build-$preset.log" 2>&1 || { cat "build-$preset.log"; rm -f "build-$preset.log"; return 1; }
        rm -f "build-$preset.log"
    fi
    say "building preset $preset"
    cmake --build --preset "$preset"
}
