#!/usr/bin/env bash
# Explores the interleavings of the slot table, the lease desk, the shared budget, the waiter queue, queued reads and
# the session gate.
# Usage: eng/interleavings.sh [PART_OF_NAME] [SCHEDULES] [SEED]
# Ends with "interleavings: N passed, N failed".
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
project=$root/tests/Cenote.InterleavingTests
export DOTNET_CLI_TELEMETRY_OPTOUT=1 COYOTE_CLI_TELEMETRY_OPTOUT=1

# A build of its own, because optimised code must not be checked and rewritten copies must not be used elsewhere.
dotnet build "$project" -c Debug -v quiet -nologo -clp:NoSummary -nodeReuse:false
rewriter=$(dotnet msbuild "$project" -nologo -v:m -t:ShowRewriter | sed -n 's/.*rewriter=//p' | tr -d '[:space:]')
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$project/bin/Debug/net10.0/." "$copy"
cat > "$copy/rewrite.json" <<JSON
{
  "AssembliesPath": "$copy",
  "OutputPath": "$copy",
  "Assemblies": ["Cenote.dll", "Cenote.ReadReplicas.dll", "Cenote.SharedBudget.dll", "Cenote.StubDriver.dll", "Cenote.InterleavingTests.dll"]
}
JSON
# The log contains every method before it is rewritten, so that its end shows where the rewriter failed.
dotnet exec --roll-forward Major "$rewriter" rewrite "$copy/rewrite.json" -v debug > "$copy/rewrite.log" 2>&1 || { tail -n 20 "$copy/rewrite.log"; exit 1; }
dotnet exec --roll-forward Major "$copy/Cenote.InterleavingTests.dll" "$@"
