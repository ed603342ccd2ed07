#!/usr/bin/env bash
# Trains recipes, each by its one command, judges them and prints a table row each: what docs/recipes.md shows.
#   bench/scores.sh DATA "RECIPE …" [OPTION …]       the options go to train, such as --epochs 10 --seed 1
#   DATA_DIR names the folder of the data's files, OUT that of the runs (default: runs), COUNT the number of generated images (default: evaluate's),
#   GPUCGAN the program (default: built from this checkout), PYTHON a Python
set -euo pipefail
cd "$(dirname "$0")/.."
data=$1 recipes=$2
shift 2
if [[ -z ${GPUCGAN:-} ]]; then
  dotnet build -c Release src/Host --nologo -v quiet
  GPUCGAN="dotnet src/Host/bin/Release/net10.0/gpucgan.dll"
fi
where=(${DATA_DIR:+--data-dir "$DATA_DIR"})
echo "| recipe | steps | time | label accuracy | CAS | FID | precision | recall | density | coverage |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
for recipe in $recipes; do
  run=$($GPUCGAN train --recipe "$recipe" --data "$data" "${where[@]}" --out "${OUT:-runs}" --quiet "$@")
  $GPUCGAN evaluate "$run" "${where[@]}" ${COUNT:+--count "$COUNT"} --quiet > /dev/null
  "${PYTHON:-python3}" bench/scores.py "$run"
done
