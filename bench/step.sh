#!/usr/bin/env bash
# The mlp-classic step at 28×28 beside PyTorch's, in turns on one machine: GpuCgan, PyTorch on one thread, PyTorch on all.
#   bench/step.sh [ROUNDS] [BATCH]        PYTHON names a Python that has torch (default: python3)
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3} batch=${2:-64} python=${PYTHON:-python3}
dotnet build -c Release bench/StepTime --nologo -v quiet
for ((round = 1; round <= rounds; round++)); do
  echo "round $round"
  dotnet bench/StepTime/bin/Release/net10.0/GpuCgan.StepTime.dll --recipe mlp-classic --batch-size "$batch"
  "$python" bench/pytorch_step.py --threads 1 --batch-size "$batch"
  "$python" bench/pytorch_step.py --threads "$(nproc)" --batch-size "$batch"
done
