#!/bin/bash
# Make sure that bubblewrap, in which submissions are graded, is there and works.
set -eo pipefail

works() { bwrap --unshare-all --ro-bind / / --dev /dev --size 4096 --tmpfs /tmp true; }
if works >/dev/null 2>&1; then exit 0; fi

sudo=""
if [ "$(id -u)" -ne 0 ]; then sudo="sudo"; fi
if ! command -v bwrap >/dev/null; then
    command="${sudo:+$sudo }apt-get install -y --no-install-recommends bubblewrap"
    may_install=yes # without a password, or with somebody there to type it
    if [ -n "$sudo" ] && ! sudo -n true 2>/dev/null && ! { command -v sudo >/dev/null && [ -t 0 ]; }; then
        may_install=no
    fi
    echo "The tests of the grader need bubblewrap."
    if [ $may_install = no ] || ! { $sudo apt-get update -q && $command; }; then
        echo "Bubblewrap is missing and could not be installed. Type: $command" >&2
        exit 1
    fi
fi
if ! reason=$(works 2>&1); then
    echo "Bubblewrap does not work here: $reason. Ubuntu lets it with:" \
        "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0" >&2
    exit 1
fi
