#!/usr/bin/env bash
# Publishes the AOT smoke test with NativeAOT, without a warning, to the directory given.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/dotnet.sh
trap stop_watched EXIT
dotnet_quietly publish tests/Cenote.AotSmoke --output "$1"
