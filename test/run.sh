#!/usr/bin/env bash
# Runs the tests: `npm test`, or `bash test/run.sh FILE…` for some of them. The last line says `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export PATH="$PWD/node_modules/.bin:$PATH" # the project's own Node, whatever the machine has

finish() { # sentence, exit code
  echo "$1"
  exit "$2"
}

bash test/support/setup.sh || finish '0 passed, 0 failed' 1

# tap compiles its set of plugins into node_modules. Its first run after `npm ci` would still use the set it was shipped
# with, whose TypeScript compiler we do not use, and fail; so the set is built beforehand, when it is not newer than its sources.
built=node_modules/.tap-plugins-built
if [ ! -d .tap/plugins ] || [ ! "$built" -nt .taprc ] || [ ! "$built" -nt node_modules/.package-lock.json ]; then
  echo 'building the test runner'
  log=$(tap build 2>&1 </dev/null) || { echo "$log" >&2; finish '0 passed, 0 failed' 1; }
  touch "$built"
fi

files=("$@")
[ $# -gt 0 ] || files=($(find test -name '*.test.ts' | LC_ALL=C sort)) # no name has a space in it
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# Scenario tests start real services and measure: they run alone. A file gets five minutes, on a busy machine; unit tests
# take a moment.
run_tap() {
  tap run --jobs=2 --serial=test/scenario --timeout=300 --fail-skip --fail-todo --output-dir="$results" "$@" </dev/null
}
if [ -t 1 ]; then
  run_tap --reporter=terse "${files[@]}"
else # What failed, without the terminal's control characters.
  run_tap --reporter=min "${files[@]}" | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g'
fi
runner=$?
echo
summary=$(node test/support/count-results.ts "$results")
counted=$?
if [ $runner -ne 0 ] && [ $counted -eq 0 ]; then # every test passed, and then a file failed, e.g. by its exit code
  finish "${summary%,*}, 1 failed" 1
fi
finish "$summary" $counted
