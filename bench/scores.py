"""Prints the table row of a run that was evaluated: scores.py RUN."""
import json
import os
import sys

run = sys.argv[1]
with open(os.path.join(run, "evaluation.json"), encoding="utf-8") as file:
    evaluation = json.load(file)
with open(os.path.join(run, "metrics.jsonl"), encoding="utf-8") as file:
    last = json.loads(file.readlines()[-1])


def score(name, scale, digits, unit=""):
    value = evaluation["scores"][name]
    return "" if value is None else f"{scale * value['generated']:.{digits}f}{unit}"


cells = [f"`{evaluation['recipe']}`", f"{last['step']:,}", f"{last['seconds']:.0f} s"]
cells += [score("label_accuracy", 100, 2, " %"), score("cas", 100, 2, " %"), score("fid", 1, 2)]
cells += [score(name, 1, 3) for name in ("precision", "recall", "density", "coverage")]
print("| " + " | ".join(cells) + " |")
