#!/bin/sh
# Installs what some tests drive from outside: strace breaks the real program at a system call,
# sqlite3 is a second opinion on databases, and chromium reads reports as people do. Where it may
# not, it says what to install; the tests that need a missing tool then skip and say why. In CI
# nothing may be skipped.
set -eu

missing=""
for tool in strace sqlite3 chromium; do
  command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # one word a package
  if apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
    exit 0
  fi
fi

echo "Some tests need:$missing" >&2
echo "Install them, for example: sudo apt-get install$missing" >&2
[ "${CI:-}" != true ] || exit 1
