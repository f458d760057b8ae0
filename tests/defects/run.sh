#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows that `jumplora verify` notices a wrong engine: builds one with each of the patches beside this script, in a
# copy of the sources, and lets it verify recorded folders. Prints a table in Markdown; exits 1 when a defect goes
# unnoticed or the unspoiled program does not pass.
#   tests/defects/run.sh [GOLDEN [PATCH...]]
# JUMPLORA_DEFECTS names a folder for the copy that is kept, so that the next call compiles what differs only.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
golden=$(cd "${1:-$root/../shared/data/golden}" && pwd)
patches=("${@:2}")
if [ ${#patches[@]} -eq 0 ]; then patches=("$here"/*.patch); fi

copy=${JUMPLORA_DEFECTS:-}
if [ -z "$copy" ]; then
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
fi
mkdir -p "$copy/source"
# Files that are the same keep their time, so that nothing is compiled twice.
cd "$root"
git ls-files --cached --others --exclude-standard -- CMakeLists.txt app cmake core resources | while read -r file; do
    if [ -f "$file" ] && ! cmp -s "$file" "$copy/source/$file"; then cp --parents "$file" "$copy/source"; fi
done
cmake -S "$copy/source" -B "$copy/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DJUMPLORA_WINDOW=OFF \
    -DJUMPLORA_TESTS=OFF -DJUMPLORA_BENCHMARKS=OFF >"$copy/configure.log"

build() {
    if ! cmake --build "$copy/build" --target jumplora >"$copy/build.log" 2>&1; then
        tail -30 "$copy/build.log" >&2
        return 1
    fi
}

# verify KIND PATH: the quantities that are over their limits, one a line, as "KIND: QUANTITY".
verify() {
    local text status=0
    text=$("$copy/build/bin/jumplora" verify "$@" 2>&1) || status=$?
    if [ "$status" -gt 1 ]; then printf '%s: error: %s\n' "$1" "${text##*$'\n'}"; fi
    awk -F'  +' -v kind="$1" '/ FAIL / {print kind ": " $2}' <<<"$text"
}

# Everything that fails, in float64 and in float32.
failures() {
    local precision record
    for precision in float64 float32; do
        local flag=()
        if [ "$precision" = float64 ]; then flag=(--float64); fi
        {
            for record in "$golden"/jumplora_layer/*.safetensors; do verify layer "$record" "${flag[@]}"; done
            for record in "$golden"/*/run.json; do
                verify replay "${record%/*}" "${flag[@]}"
                verify freerun "${record%/*}" "${flag[@]}"
            done
        } | sort -u | sed "s/\$/ ($precision)/"
    done
}

# Lines "KIND: QUANTITY (PRECISION)" as one: "PRECISION KIND: QUANTITY, QUANTITY; ...".
joined() {
    awk '{
        precision = $NF; gsub(/[()]/, "", precision); sub(/ \([a-z0-9]+\)$/, "")
        kind = precision " " substr($0, 1, index($0, ":")); quantity = substr($0, index($0, ":") + 2)
        if (!(kind in all)) order[++n] = kind
        all[kind] = all[kind] (kind in all && all[kind] != "" ? ", " : " ") quantity
    } END {for (i = 1; i <= n; ++i) printf "%s%s%s", (i > 1 ? "; " : ""), order[i], all[order[i]]; print ""}'
}

missed=0
build
found=$(failures)
echo "| defect | noticed by |"
echo "|---|---|"
if [ -n "$found" ]; then
    echo "| none | FAILS: $(joined <<<"$found") |"
    missed=1
else
    echo "| none | passes |"
fi
for file in "${patches[@]}"; do
    patch -s -p1 -d "$copy/source" <"$file"
    if build; then found=$(failures); else found="" missed=1; fi
    patch -s -R -p1 -d "$copy/source" <"$file"
    echo "| $(head -1 "$file") | $(if [ -n "$found" ]; then joined <<<"$found"; else echo "MISSED"; fi) |"
    if [ -z "$found" ]; then missed=1; fi
done
exit "$missed"
