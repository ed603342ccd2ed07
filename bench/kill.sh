#!/usr/bin/env bash
# SIGKILL at random moments, and resume: every run must end in the bytes of one that was never killed.
#   bench/kill.sh [KILLS] [SEED]
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release src/Host --nologo -v quiet
dotnet build -c Release bench/KillRuns --nologo -v quiet
dotnet bench/KillRuns/bin/Release/net10.0/GpuCgan.KillRuns.dll src/Host/bin/Release/net10.0/gpucgan.dll "${1:-200}" "${2:-1}"
