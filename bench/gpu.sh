#!/usr/bin/env bash
# Verifies, then measures everything, on a machine that needs no .NET and no network: an NVIDIA driver (or an OpenCL one) and what bench/publish.sh made.
#   bench/gpu.sh [PUBLISH [DEVICE [OUT]]]        PUBLISH: the published folder (default: the one this script lies in)
#                                                DEVICE: cuda (default), opencl, cpu or cpu-ilgpu
#                                                OUT: a new folder for the results (default: gpu-DEVICE-DATE-TIME)
#   PYTHON names a Python that has torch (default: python3), BATCHES the batch sizes (64,512), ROUNDS those of the comparison with PyTorch (3),
#   ONLY a text that the names of the tests to run contain (all), STEPS the steps that are timed (gpucgan's own number)
# Exit code: 1 where a test fails or none runs, and then nothing is measured; 2 where something is not there.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
publish=$(cd "${1:-$here}" && pwd) device=${2:-cuda}
batches=${BATCHES:-64,512} python=${PYTHON:-python3}
out=${3:-gpu-$device-$(date +%Y%m%d-%H%M%S)}
for program in gpucgan gpucgan-verify; do
  [[ -x $publish/$program ]] || { echo "error: $publish/$program: not there; bench/publish.sh makes such a folder" >&2; exit 2; }
done
mkdir "$out"
out=$(cd "$out" && pwd)
steps=()
[[ -n ${STEPS:-} ]] && steps=(--steps "$STEPS" --warm-up "$STEPS")

# Runs a command with its output in a file, and says what it does.
to() {
  local file=$1
  shift
  echo "$file: $*"
  "$@" > "$out/$file" 2>> "$out/messages.txt"
}

{
  date -u
  uname -a
  grep -m1 'model name' /proc/cpuinfo || true
  nproc
  nvidia-smi || echo "no nvidia-smi"
} > "$out/machine.txt" 2>&1
to devices.txt "$publish/gpucgan" devices || { tail -n 3 "$out/messages.txt" >&2; exit 2; }

echo "verify.txt: the kernels and the step against double-precision references on $device"
if ! "$publish/gpucgan-verify" "$device" ${ONLY:+"$ONLY"} > "$out/verify.txt" 2>&1; then
  grep -A 6 'FAILED' "$out/verify.txt" | head -n 60 || true
  tail -n 1 "$out/verify.txt"
  echo "error: $device is not verified ($out/verify.txt); nothing was measured" >&2
  exit 1
fi
tail -n 1 "$out/verify.txt"

workload=(--device "$device" --recipe mlp-classic "${steps[@]}")
for launches in recorded plain; do
  [[ $launches == plain ]] && workload+=(--plain-launches)
  to "bench-$launches.txt" "$publish/gpucgan" bench --batch-size "$batches" "${workload[@]}"
  to "bench-$launches.json" "$publish/gpucgan" bench --batch-size "$batches" "${workload[@]}" --json
done
workload=(--device "$device" --recipe mlp-classic "${steps[@]}")
for precision in tf32 tf32x3; do
  # Where there are no tensor cores gpucgan says so.
  if to "bench-$precision.txt" "$publish/gpucgan" bench --batch-size "$batches" "${workload[@]}" --precision "$precision"; then
    to "bench-$precision.json" "$publish/gpucgan" bench --batch-size "$batches" "${workload[@]}" --precision "$precision" --json
  else
    tail -n 1 "$out/messages.txt" | tee "$out/bench-$precision.txt"
  fi
done
for batch in ${batches//,/ }; do
  to "profile-$batch.txt" "$publish/gpucgan" profile --batch-size "$batch" "${workload[@]}" --json "$out/profile-$batch.json" --trace "$out/trace-$batch.json"
done

# 0: torch is there; it prints the device that is compared.
compared=$("$python" - "$device" 2>> "$out/messages.txt" <<'PYTHON'
import sys

import torch

cuda = torch.cuda.is_available() and not sys.argv[1].startswith("cpu")
if sys.argv[1] == "cuda" and not cuda:
    sys.exit("this torch sees no CUDA device")
print("cuda" if cuda else "cpu")
PYTHON
) || compared=none
if [[ $compared != none ]]; then
  # On a GPU: eager, and compiled with CUDA graphs.
  to pytorch.txt env GPUCGAN="$publish/gpucgan" GPUCGAN_DEVICE="$device" DEVICE="$compared" PYTHON="$python" "$here/bench/step.sh" "${ROUNDS:-3}" "$batches"
  to pytorch.json "$python" "$here/bench/pytorch_step.py" "$out/bench-recorded.json" --device "$compared" --json
  tail -n 2 "$out/pytorch.txt"
else
  echo "no $python with torch for $device: no comparison with PyTorch" | tee "$out/pytorch.txt"
fi
cat "$out/bench-recorded.txt"
echo "results: $out"
