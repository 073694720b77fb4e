#!/usr/bin/env bash
# Takes the screenshots again, from real runs in a pseudo-terminal: of 'dcview demo', and of the tests
# of the map and of consumers with real datacenters and a real HAProxy.
#
#   tests/screenshots.sh [path of a dcview; without one, it is built]
#
# Writes screenshots/{overview,services,checks,kv,replication,map,matrix,consumers}.{svg,png}. Needs the font 'DejaVu Sans Mono'.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$top/target}
program=${1:-}
if [ -z "$program" ]; then
    cargo build --locked --manifest-path "$top/Cargo.toml" --target-dir "$target"
    program=$target/debug/dcview
fi
# The program is started in another directory.
program=$(realpath "$program")
DCVIEW_WRITE_SHOTS=$top/screenshots "$top/tests/run.sh" --test consumers -- map:: screen::
cargo run --quiet --locked --manifest-path "$top/tests/shot/Cargo.toml" \
    --target-dir "$target/shot" -- "$program" "$top/screenshots"
