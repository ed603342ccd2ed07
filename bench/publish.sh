#!/usr/bin/env bash
# A folder that runs on a bare machine (an NVIDIA driver, or an OpenCL one; no .NET, no network), and the same packed:
#   bench/publish.sh [FOLDER] [RID]        default: publish/linux-x64 and publish/linux-x64.tar.gz, linux-x64
# It holds gpucgan, gpucgan-verify (the kernels' and the step's tests), .NET itself and bench/ with gpu.sh. On the machine:
#   tar xzf linux-x64.tar.gz && linux-x64/bench/gpu.sh
set -euo pipefail
cd "$(dirname "$0")/.."
rid=${2:-linux-x64} folder=${1:-publish/${2:-linux-x64}}
rm -rf "$folder" "$folder.tar.gz"
# Both programs in one folder share one .NET.
for project in tests/Verify src/Host; do
  dotnet publish -c Release -r "$rid" --self-contained "$project" -o "$folder" --nologo -v quiet -p:DebugType=none
done
find "$folder" \( -name '*.pdb' -o -name '*.xml' \) -delete
mkdir "$folder/bench"
cp bench/{gpu.sh,step.sh,pytorch_step.py,ratios.py} "$folder/bench"
tar czf "$folder.tar.gz" -C "$(dirname "$folder")" "$(basename "$folder")"
du -sh "$folder" "$folder.tar.gz"
