#!/usr/bin/env bash
# Make gantext/widgets/d3.js anew. Needs Node.js; nobody else does: the file is part of the repository.
set -eo pipefail
cd "$(dirname "$0")"
npm ci --no-audit --no-fund
target=../../gantext/widgets/d3.js
{
  echo "//! Scales, axes and selections of D3 (d3-scale 4.0.2, d3-axis 3.0.0, d3-selection 3.0.0 and what they need),"
  echo "//! made by tools/d3/build.sh. https://d3js.org"
  echo "//!"
  sed 's|^|//! |; s| *$||' node_modules/d3-scale/LICENSE
  npx esbuild entry.js --bundle --minify --format=iife --global-name=d3 --legal-comments=none
  echo "export { d3 };"
} > "$target"
wc -c "$target"
