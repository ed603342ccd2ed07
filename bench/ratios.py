"""Prints the ratios of bench/step.sh: ratios.py FOLDER ROUND one round's, ratios.py FOLDER the medians of all."""
import glob
import json
import os
import statistics
import sys

folder, only = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "*"


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


rounds = sorted(int(path.rsplit("-", 1)[1][:-5]) for path in glob.glob(os.path.join(folder, f"ours-{only}.json")))
ratios = {}
for number in rounds:
    ours = read(os.path.join(folder, f"ours-{number}.json"))
    theirs = [read(path) for path in sorted(glob.glob(os.path.join(folder, f"pytorch-{number}-*.json")))]
    if only == "1":
        print(f"{ours['device']}: {ours['device_name']}; {ours['backend']}; PyTorch {theirs[0]['pytorch']}; {ours['recipe']['name']} {'x'.join(map(str, ours['image']))}")
    for case in ours["cases"]:
        batch, mine = case["batch_size"], 1e3 * case["step_seconds"]["median"]
        others = [c for run in theirs for c in run["cases"] if c["batch_size"] == batch]
        best = min(1e3 * c["step_seconds"]["median"] for c in others)
        ratios.setdefault(batch, []).append(best / mine)
        if only != "*":
            team = f"{case['threads']} thread(s) " if case["threads"] else ""
            listed = ", ".join(f"{c['mode']} {c['threads']} thread(s){' bound' if c['bound'] else ''} {1e3 * c['step_seconds']['median']:.3f} ms" for c in others)
            print(f"round {number}, batch {batch}: GpuCgan {team}{mine:.3f} ms; PyTorch {listed}; ratio {best / mine:.2f}")
if only == "*":
    for batch, values in ratios.items():
        print(f"batch {batch}: PyTorch's best / GpuCgan, median of {len(values)} rounds: {statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})")
