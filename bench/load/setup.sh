#!/bin/sh
# Makes ready what the load bench needs: nginx with Lua, wrk, redis-server, openssl, and the npm peers in bench/load/peers.
# Uses what is there; installs what is missing on Debian as root; else says what to install and fails.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

has_lua() {
  modules=$(nginx -V 2>&1 | tr ' ' '\n' | sed -n 's/^--modules-path=//p')
  [ -e "${modules:-/usr/lib/nginx/modules}/ngx_http_lua_module.so" ] || nginx -V 2>&1 | grep -q lua-nginx-module
}

missing=''
if ! command -v nginx >/dev/null; then
  missing='nginx libnginx-mod-http-lua'
elif ! has_lua; then
  missing='libnginx-mod-http-lua'
fi
command -v wrk >/dev/null || missing="$missing wrk"
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v openssl >/dev/null || missing="$missing openssl"

if [ -n "$missing" ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "bench: missing: $missing (Debian package names). Install them, or run bench/load/setup.sh as root on Debian." >&2
    exit 1
  fi
  apt-get update -q >&2
  # The bench starts its own servers on its own ports, so nothing may be started by the packages.
  # shellcheck disable=SC2086  # a list of words by intent
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >&2
fi

# npm writes this file last: older than the lock file means the peers were never installed, or have changed.
installed="$here/peers/node_modules/.package-lock.json"
if [ ! -e "$installed" ] || [ "$here/peers/package-lock.json" -nt "$installed" ]; then
  (cd "$here/peers" && npm ci --ignore-scripts --no-audit --no-fund >&2)
  touch "$installed"
fi
