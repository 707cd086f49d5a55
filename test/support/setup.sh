#!/usr/bin/env bash
# Makes sure that the programs the tests run for real are there: redis-server, nginx, consul; and chromium where it can be had.
# Uses what is on PATH; else installs it on Debian; else says what to install and ends with 1.
# Prints one line per program: name, version, path. Starts no service and writes nothing below /etc.
set -euo pipefail

PATH="$PATH:/usr/sbin:/usr/local/sbin" # Debian keeps daemons there, out of the PATH of ordinary users
cache="${XDG_CACHE_HOME:-$HOME/.cache}/weir"
work=""
own_policy=""

clean_up() {
  [ -z "$work" ] || rm -rf "$work"
  [ -z "$own_policy" ] || rm -f "$own_policy"
}
trap clean_up EXIT

where_is() { # name -> its path, or fails
  command -v "$1" 2>/dev/null && return
  [ -x "$cache/$1/$1" ] && echo "$cache/$1/$1"
}

version_of() { # path -> the first thing in its answer that looks like a version
  case "$1" in
    */nginx) "$1" -v 2>&1 ;;
    */consul) "$1" version 2>&1 ;;
    *) "$1" --version 2>&1 ;;
  esac | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)?' | sed -n 1p
}

missing() {
  for name in redis-server nginx consul; do where_is "$name" >/dev/null || echo "$name"; done
}

is_debian() {
  command -v apt-get >/dev/null && grep -qx 'ID=debian' /etc/os-release 2>/dev/null
}

# Debian starts a service as soon as it is installed, unless this file says no (101). One that is there already stays.
forbid_starting_services() {
  local policy=/usr/sbin/policy-rc.d
  [ ! -e "$policy" ] || return 0
  own_policy="$policy"
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

install_packages() { # names...
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  forbid_starting_services
  local install=(apt-get install -y -qq --no-install-recommends "$@")
  # Without package lists, or with old ones, the first try fails at once; only then are they fetched.
  "${install[@]}" >"$work/apt.log" 2>&1 </dev/null && return
  { apt-get update -qq && "${install[@]}"; } >"$work/apt.log" 2>&1 </dev/null && return
  tail -n 5 "$work/apt.log" >&2
  return 1
}

# "URI keyring" of each mirror this machine takes its Debian from, in both formats that apt reads.
debian_mirrors() {
  local codename
  codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  awk -v suite="$codename" '
    function flush() {
      if (type ~ /(^| )deb( |$)/ && (" " suites " ") ~ (" " suite " ") && (" " parts " ") ~ / main / && enabled != "no")
        { split(uris, uri, " "); print uri[1], (key ~ /^\// ? key : "") }
      type = uris = suites = parts = key = enabled = ""
    }
    FNR == 1 || /^[ \t]*$/ { flush() }
    /^#/ || NF == 0 { next }
    { name = tolower($1); $1 = ""; sub(/^ /, "") }
    name == "types:" { type = $0 } name == "uris:" { uris = $0 } name == "suites:" { suites = $0 }
    name == "components:" { parts = $0 } name == "signed-by:" { key = $1 } name == "enabled:" { enabled = tolower($1) }
    END { flush() }' /etc/apt/sources.list.d/*.sources 2>/dev/null || true # no such file is no fault
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | awk -v suite="$codename" '
    $1 != "deb" { next }
    { key = "" }
    match($0, /\[[^]]*\]/) {
      options = substr($0, RSTART + 1, RLENGTH - 2)
      $0 = substr($0, 1, RSTART - 1) substr($0, RSTART + RLENGTH)
      if (match(options, /signed-by=[^ ]+/)) key = substr(options, RSTART + 10, RLENGTH - 10)
    }
    $3 == suite && / main( |$)/ { print $2, key }' || true
}

# Debian 12 and later have no consul; Debian 11 has. It is fetched with an apt configuration of its own, from this
# machine's own mirror, checked by Debian's signature, unpacked, and kept in the user's cache. Needs no root.
fetch_consul() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg uri key
  mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/parts" "$cache/consul"
  local apt=(apt-get -qq -o "Dir::Etc::SourceList=$work/list" -o "Dir::Etc::SourceParts=$work/parts" -o "Dir::State::Lists=$work/lists"
    -o "Dir::Cache=$work" -o APT::Sandbox::User= -o Acquire::Languages=none)
  while read -r uri key; do
    echo "deb [signed-by=${key:-$keyring}] $uri bullseye main" >"$work/list"
    (cd "$work" && "${apt[@]}" update && "${apt[@]}" download consul) >>"$work/apt.log" 2>&1 </dev/null || continue
    dpkg -x "$work"/consul_*.deb "$work/consul"
    cp "$work/consul/usr/bin/consul" "$cache/consul/consul.$$"
    mv "$cache/consul/consul.$$" "$cache/consul/consul" # whole or not at all, also with two set-ups at once
    return
  done < <(debian_mirrors)
  tail -n 5 "$work/apt.log" >&2
  return 1
}

provide() { # missing names...
  local packages=()
  work=$(mktemp -d)
  : >"$work/apt.log"
  for name in "$@"; do [ "$name" = consul ] || packages+=("$name"); done
  if [ ${#packages[@]} -gt 0 ] && [ "$(id -u)" = 0 ]; then
    echo "setup: installing ${packages[*]}" >&2
    install_packages "${packages[@]}" || echo "setup: apt could not install ${packages[*]}" >&2
  fi
  if ! where_is consul >/dev/null; then
    echo "setup: fetching consul into $cache/consul" >&2
    fetch_consul || echo "setup: consul could not be fetched" >&2
  fi
}

# The tests of the console are the only ones that need it, and say so where it is not.
provide_browser() {
  work=${work:-$(mktemp -d)}
  echo 'setup: installing chromium' >&2
  install_packages chromium || echo 'setup: apt could not install chromium; the console is not tested' >&2
}

lacking=$(missing)
if [ -n "$lacking" ] && is_debian; then
  provide $lacking
  lacking=$(missing)
fi
if [ -n "$lacking" ]; then
  echo "setup: these programs are missing and could not be installed from here:" $lacking >&2
  echo "setup: install them so that each is on PATH (any recent version), then run this again." >&2
  ! is_debian || [ "$(id -u)" = 0 ] || echo "setup: on Debian it is enough to run, as root: bash test/support/setup.sh" >&2
  exit 1
fi
if ! where_is chromium >/dev/null && is_debian && [ "$(id -u)" = 0 ]; then provide_browser; fi
for name in redis-server nginx consul chromium; do
  path=$(where_is "$name") || continue
  echo "$name $(version_of "$path") $path"
done
