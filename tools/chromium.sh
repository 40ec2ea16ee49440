#!/bin/sh
# Print the path of a Chromium on this computer, or fail. It must answer: Ubuntu's package is a command that
# only says "install the snap".
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if "$name" --version >/dev/null 2>&1 </dev/null; then
        command -v "$name"
        exit
    fi
done
exit 1
