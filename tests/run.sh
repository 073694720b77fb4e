#!/usr/bin/env bash
# Runs all of dcview's tests against a real Consul and a real HAProxy, fetching what the machine has not.
#
#   tests/run.sh [arguments of 'cargo test']
#
# Consul is looked for in $DCVIEW_CONSUL, on PATH, and in the cache: .cache/consul in the checkout,
# or $DCVIEW_CACHE. Failing that, the package of Debian 11 is fetched from the Debian mirror that
# this machine already uses, and unpacked into the cache; nothing is installed system-wide for it.
# HAProxy is looked for in $DCVIEW_HAPROXY, on PATH, and in .cache/haproxy (or $DCVIEW_CACHE/haproxy),
# and fetched like that from this machine's own release of Debian, with the libraries it lacks.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${DCVIEW_CACHE:-$top/.cache/consul}
haproxy_cache=${DCVIEW_CACHE:+$DCVIEW_CACHE/haproxy}
haproxy_cache=${haproxy_cache:-$top/.cache/haproxy}
# The last Debian release that carries Consul, and the checksum of its package (1.8.7+dfsg1-2+b3).
suite=bullseye
sha256_amd64=e4e888bba104daba1d9161f49bfc52649a7e4efd45b1a7ead5bc54f2cb9c89d9

# The suites of the second lane: as long together as all others.
second_lane="flows replication_others time rollout"

say() { printf '%s\n' "tests/run.sh: $*" >&2; }
fail() {
    say "$@"
    exit 1
}
# What is thrown away at the end.
works=()
trap 'rm -rf "${works[@]}"' EXIT
have() { command -v "$1" >/dev/null 2>&1; }

# Sets 'consul' to the program's path.
find_consul() {
    if [ -n "${DCVIEW_CONSUL:-}" ]; then
        consul=$DCVIEW_CONSUL
        [ -x "$consul" ] || fail "DCVIEW_CONSUL names '$consul', which is no program"
    elif have consul; then
        consul=$(command -v consul)
    else
        consul=$cache/usr/bin/consul
        [ -x "$consul" ] || fetch_consul
    fi
}

# Prints "URI suite component.." for each package source of this machine, whichever way it is
# written: one line each ('deb [options] URI suite component..') or deb822 stanzas.
sources() {
    local etc=/etc/apt file
    for file in "$etc/sources.list" "$etc"/sources.list.d/*.list; do
        [ -f "$file" ] || continue
        sed -nE 's/^[[:space:]]*deb[[:space:]]+(\[[^]]*\][[:space:]]*)?(.*)$/\2/p' "$file"
    done
    for file in "$etc"/sources.list.d/*.sources; do
        [ -f "$file" ] || continue
        # A comment may stand inside a stanza, and a field may go on over indented lines.
        awk '
            function flush(   i, j, n, m, u, s) {
                n = split(field["uris"], u); m = split(field["suites"], s)
                for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) print u[i], s[j], field["components"]
                split("", field); name = ""
            }
            /^[[:space:]]*$/ { flush() }
            /^#/ { next }
            /^[A-Za-z-]+:/ { name = tolower(substr($0, 1, index($0, ":") - 1)); sub(/^[^:]*:/, "") }
            name { field[name] = field[name] " " $0 }
            END { flush() }' "$file"
    done
}

# Prints the addresses of Debian's own archive among the sources: those that serve a plain Debian
# suite from 'main', which leaves out the security archive and other people's repositories.
mirrors() {
    local codename uri from components
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release 2>/dev/null || true)
    sources | while read -r uri from components; do
        case " $components " in *" main "*) ;; *) continue ;; esac
        case "$from" in
            "${codename:-none}" | stable | oldstable | testing | unstable | sid | "$suite")
                printf '%s\n' "${uri%/}" ;;
        esac
    done | awk '!seen[$0]++'
}

# Sets 'options' to those of an apt that knows the release $3 of the mirror $2 only, and keeps
# everything in the directory $1. Called as a condition, where 'set -e' is off: each command says
# itself whether the next may follow.
know() {
    local work=$1 mirror=$2 release=$3
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial" || return
    printf 'deb %s %s main\n' "$mirror" "$release" >"$work/sources.list" || return
    options=(
        -qq
        -o "Dir::Etc::sourcelist=$work/sources.list"
        -o Dir::Etc::sourceparts=-
        -o "Dir::State::lists=$work/lists"
        -o "Dir::Cache=$work/cache"
        -o Acquire::Languages=none
        # An old release's index is no longer refreshed; the checksum below is what counts.
        -o Acquire::Check-Valid-Until=false
        # Root's private directory is closed to the user that apt would download as.
        -o "APT::Sandbox::User=$(id -un)"
    )
    apt-get "${options[@]}" update >&2
}

# Fetches Consul's package into the directory $1 from the mirror $2. Also called as a condition.
fetch_from() {
    local work=$1 mirror=$2 options
    know "$work" "$mirror" "$suite" && (cd "$work" && apt-get "${options[@]}" download consul >&2)
}

# Fetches HAProxy's package, and those of the libraries that are not installed here.
fetch_haproxy_from() {
    local work=$1 mirror=$2 options codename
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release) || return
    know "$work" "$mirror" "$codename" || return
    # Nothing is installed, so nothing needs to be locked.
    apt-get "${options[@]}" -o Debug::NoLocking=1 --yes --download-only --no-install-recommends \
        install haproxy >&2
}

# Puts the program where 'consul' says, in the cache.
fetch_consul() {
    local work mirror package
    have apt-get && have dpkg || fail "no Consul here, and no apt to fetch one: put 'consul' on PATH" \
        "or name it in DCVIEW_CONSUL"
    work=$(mktemp -d)
    works+=("$work")
    while read -r mirror; do
        say "no Consul here: fetching the one of Debian $suite from $mirror"
        fetch_from "$work" "$mirror" && break
    done < <(mirrors)
    package=$(find "$work" -maxdepth 1 -name 'consul_*.deb')
    [ -n "$package" ] || fail "cannot fetch Consul from this machine's package sources" \
        "(see above): put 'consul' on PATH or name it in DCVIEW_CONSUL"
    # Other architectures have apt's own signed checksum only.
    if [ "$(dpkg --print-architecture)" = amd64 ]; then
        echo "$sha256_amd64  $package" | sha256sum --check --quiet >&2 ||
            fail "the package that came is not the one expected"
    fi
    dpkg -x "$package" "$work/unpacked"
    # In two steps, so that a program in the cache is always a whole one.
    install -D "$work/unpacked/usr/bin/consul" "$consul.new"
    mv "$consul.new" "$consul"
}

# Sets 'haproxy' to the program's path.
find_haproxy() {
    if [ -n "${DCVIEW_HAPROXY:-}" ]; then
        haproxy=$DCVIEW_HAPROXY
        [ -x "$haproxy" ] || fail "DCVIEW_HAPROXY names '$haproxy', which is no program"
    elif have haproxy; then
        haproxy=$(command -v haproxy)
    else
        haproxy=$haproxy_cache/haproxy
        [ -x "$haproxy" ] || fetch_haproxy
    fi
}

# Puts the program where 'haproxy' says, in the cache: a script that leads it to its libraries.
fetch_haproxy() {
    local work mirror package
    have apt-get && have dpkg || fail "no HAProxy here, and no apt to fetch one: put 'haproxy' on" \
        "PATH or name it in DCVIEW_HAPROXY"
    work=$(mktemp -d)
    works+=("$work")
    while read -r mirror; do
        say "no HAProxy here: fetching Debian's from $mirror"
        fetch_haproxy_from "$work" "$mirror" && break
    done < <(mirrors)
    for package in "$work"/cache/archives/*.deb; do
        [ -f "$package" ] || fail "cannot fetch HAProxy from this machine's package sources" \
            "(see above): put 'haproxy' on PATH or name it in DCVIEW_HAPROXY"
        dpkg -x "$package" "$work/unpacked"
    done
    rm -rf "$haproxy_cache"
    mkdir -p "$haproxy_cache"
    cp -a "$work/unpacked/usr" "$haproxy_cache/"
    # The script comes last, so that a program in the cache is always a whole one.
    cat >"$haproxy.new" <<'END'
#!/bin/sh
here=$(dirname "$0")
LD_LIBRARY_PATH=$(printf '%s:' "$here"/usr/lib/*/)${LD_LIBRARY_PATH:-}
export LD_LIBRARY_PATH
exec "$here/usr/sbin/haproxy" "$@"
END
    chmod +x "$haproxy.new"
    mv "$haproxy.new" "$haproxy"
    "$haproxy" -v >/dev/null || fail "the HAProxy that came does not run here (see above)"
}

# The TLS library and the allocator hold C and assembler: 'cargo' needs a C compiler beside its own,
# and make.
need_compiler() {
    have cc && have make && return
    if have apt-get && [ "$(id -u)" = 0 ]; then
        say "no C compiler, or no make: installing gcc and make"
        apt-get -qq update >&2 || true
        apt-get -qq install -y --no-install-recommends gcc libc6-dev make >&2 || true
    fi
    have cc || fail "a C compiler is needed to build: install gcc (and libc6-dev), or the like"
    have make || fail "make is needed to build: install it"
}

have cargo || fail "cargo is needed to build: install Rust $(sed -n 's/^rust-version = //p' "$top/Cargo.toml") or later"
need_compiler
find_consul
find_haproxy
say "$("$consul" version | head -n 1) at $consul"
say "$("$haproxy" -v | head -n 1) at $haproxy"

# Prints the names of all suites: the targets that cargo finds in tests/.
suites() {
    local file
    for file in tests/*.rs tests/*/main.rs; do
        file=${file#tests/}
        file=${file%/main.rs}
        printf '%s\n' "${file%.rs}"
    done
}

# Runs everything. The suites wait for servers most of the time, so they go in two lanes side by side;
# what the second one says is kept until the first is done.
run_all() {
    local first=(--lib --bins) second=() suite said status=0 lane
    for suite in $(suites); do
        case " $second_lane " in
            *" $suite "*) second+=(--test "$suite") ;;
            *) first+=(--test "$suite") ;;
        esac
    done
    cargo test --locked --no-run
    said=$(mktemp)
    cargo test --locked --no-fail-fast "${second[@]}" >"$said" 2>&1 &
    lane=$!
    cargo test --locked --no-fail-fast "${first[@]}" || status=$?
    wait "$lane" || status=$?
    cat "$said"
    rm -f "$said"
    cargo test --locked --doc || status=$?
    return "$status"
}

cd "$top"
export DCVIEW_CONSUL=$consul DCVIEW_HAPROXY=$haproxy
if [ $# -gt 0 ]; then
    cargo test --locked "$@"
else
    run_all
fi
