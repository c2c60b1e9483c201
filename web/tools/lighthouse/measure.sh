#!/usr/bin/env bash
# `make lighthouse`: brings Lighthouse, which is a package of its own, and measures (measure.mjs).
set -euo pipefail
cd "$(dirname "$0")"
if [[ ! -e node_modules/.ready || package-lock.json -nt node_modules/.ready ]]; then
  npm ci --no-audit --no-fund --loglevel=error
  touch node_modules/.ready
fi
exec node measure.mjs "$@"
