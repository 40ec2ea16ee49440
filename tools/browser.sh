#!/bin/bash
# Make sure that there is a Chromium for the tests of the site; "$1" is the environment's python.
set -eo pipefail

if "${0%/*}/chromium.sh" >/dev/null; then exit 0; fi
downloaded="import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p: sys.exit(not pathlib.Path(p.chromium.executable_path).exists())"
if "$1" -c "$downloaded"; then exit 0; fi

sudo=""
if [ "$(id -u)" -ne 0 ]; then sudo="sudo"; fi
# Ubuntu's chromium package is only a pointer to a snap, so there Playwright fetches its own build.
# shellcheck source=/dev/null
if [ "$(. /etc/os-release 2>/dev/null && echo "$ID")" = debian ]; then
    command="$sudo apt-get install -y --no-install-recommends chromium"
    attempt() { $sudo apt-get update -q && $command; }
else
    command="$1 -m playwright install --with-deps chromium"
    attempt() { $command; }
fi

may_install=yes # without a password, or with somebody there to type it
if [ -n "$sudo" ] && ! sudo -n true 2>/dev/null && ! { command -v sudo >/dev/null && [ -t 0 ]; }; then
    may_install=no
fi
echo "The tests of the site need Chromium."
if [ $may_install = no ] || ! attempt; then
    echo "Chromium is missing and could not be installed. Type: $command" >&2
    exit 1
fi
