#!/usr/bin/env bash
# A recipe's training step beside PyTorch's, in turns on one machine: GpuCgan, then PyTorch on one thread, on all, and on all with each thread bound to a core. Prints each round's times and the
# ratio PyTorch's best / GpuCgan, and last the median ratio of each batch size.
#   bench/step.sh [ROUNDS] [BATCHES] [RECIPE]        3, 64,512 and mlp-classic where not given
#   PYTHON names a Python that has torch (default: python3), DEVICE the device of both (default: cpu; cuda compares one GPU),
#   GPUCGAN the program (default: built from this checkout), GPUCGAN_DEVICE a device that PyTorch does not name so
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3} batches=${2:-64,512} recipe=${3:-mlp-classic} python=${PYTHON:-python3} device=${DEVICE:-cpu}
if [[ -z ${GPUCGAN:-} ]]; then
  dotnet build -c Release src/Host --nologo -v quiet
  GPUCGAN="dotnet src/Host/bin/Release/net10.0/gpucgan.dll"
fi
threads=(1)
[[ $device == cpu && $(nproc) -gt 1 ]] && threads+=("$(nproc)")
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
for ((round = 1; round <= rounds; round++)); do
  $GPUCGAN bench --device "${GPUCGAN_DEVICE:-$device}" --recipe "$recipe" --batch-size "$batches" --json > "$results/ours-$round.json" 2> "$results/log" || { cat "$results/log" >&2; exit 1; }
  for n in "${threads[@]}"; do
    "$python" bench/pytorch_step.py "$results/ours-$round.json" --device "$device" --threads "$n" --json > "$results/pytorch-$round-$n.json"
    [[ $n -eq 1 ]] || OMP_PROC_BIND=true OMP_PLACES=cores "$python" bench/pytorch_step.py "$results/ours-$round.json" --device "$device" --threads "$n" --json > "$results/pytorch-$round-$n-bound.json"
  done
  "$python" bench/ratios.py "$results" "$round"
done
"$python" bench/ratios.py "$results"
