#!/usr/bin/env bash
# The recipes' convolutions beside PyTorch's, in turns on one machine: GpuCgan, PyTorch on one thread, PyTorch on all; then each one's best round and the
# ratio of PyTorch's better thread count to GpuCgan: processors that share a core for a while would make a median a matter of luck. SHAPE leaves those whose name holds it, such as "64-64 3x3s1 14".
#   bench/conv.sh [ROUNDS] [BATCH] [SECONDS] [SHAPE]        PYTHON names a Python that has torch (default: python3)
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3} batch=${2:-64} seconds=${3:-0.15} only=${4:-} python=${PYTHON:-python3}
dotnet build -c Release bench/ConvTime --nologo -v quiet
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for ((round = 1; round <= rounds; round++)); do
  dotnet bench/ConvTime/bin/Release/net10.0/GpuCgan.ConvTime.dll --batch-size "$batch" --seconds "$seconds" --only "$only" | sed 's/^/ours,/'
  "$python" bench/pytorch_conv.py --threads 1 --batch-size "$batch" --seconds "$seconds" --only "$only" | sed 's/^/one,/'
  "$python" bench/pytorch_conv.py --threads "$(nproc)" --batch-size "$batch" --seconds "$seconds" --only "$only" | sed 's/^/all,/'
done > "$log"
"$python" - "$log" <<'PYTHON'
import sys

times = {}
for line in open(sys.argv[1]):
    who, name, *numbers = line.strip().split(",")
    if name.startswith("#"):
        print(f"{who}: {','.join([name, *numbers])}")
        continue
    for what, number in zip(("forward", "input gradient", "weight gradient"), numbers):
        times.setdefault((name, what), {}).setdefault(who, []).append(float(number))
print("| shape | pass | GpuCgan ms | PyTorch ms, 1 thread | all threads | PyTorch's best / GpuCgan |")
print("| --- | --- | --- | --- | --- | --- |")
for (name, what), rounds in times.items():
    ours, one, many = (min(rounds[who]) for who in ("ours", "one", "all"))
    print(f"| {name} | {what} | {ours:.2f} | {one:.2f} | {many:.2f} | {min(one, many) / ours:.2f} |")
PYTHON
