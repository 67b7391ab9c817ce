#!/bin/sh
# Make sure that there is a Chromium for the browser tests: the system's, Debian's package, else playwright's own.
#   infra/browser.sh BIN     BIN: the environment's bin folder, with playwright in it
set -eu
if [ -n "${EARWITNESS_CHROMIUM:-}" ] || command -v chromium >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -q >/dev/null && apt-get install -y -q --no-install-recommends chromium >/dev/null && exit 0
fi
"$1/playwright" install chromium
