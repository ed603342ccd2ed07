"""Times the training step of a GpuCgan recipe in PyTorch, for comparison with 'gpucgan bench'.

The recipe and the images' shape come from the JSON that 'gpucgan bench --json' prints, so both programs train the same networks in the same
way: real and generated pairs through D as one batch, an update of D, then one of G on the same images or on new ones. A field that this
program does not know, or cannot follow, is refused.

  gpucgan bench --device cpu --batch-size 64,512 --json > ours.json
  python3 bench/pytorch_step.py ours.json [--device cpu|cuda] [--threads N] [--batch-size N,N] [--steps N] [--warm-up N] [--json]

PyTorch 1.13 (Debian: apt-get install python3-torch) or any 2.x. On CUDA a step is timed by events: eager, as one CUDA graph ("graphed") and, from 2.0 on, as
one with both networks compiled ("compiled"). A mode that this PyTorch cannot do is named on standard error and left out.
"""
import argparse
import json
import math
import os
import statistics
import sys
import time

import torch
from torch import nn

IMAGES = 4096


def refuse(message):
    sys.exit(f"error: {message}")


def numbers(text):
    try:
        values = [int(part) for part in text.split(",")]
    except ValueError:
        values = [0]
    if min(values) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not whole numbers of at least 1 with commas between them")
    return values


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("bench", help="what 'gpucgan bench --json' printed; - for standard input")
parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
parser.add_argument("--threads", type=int, default=1, help="of the CPU (default: 1)")
parser.add_argument("--batch-size", type=numbers, help="default: those of the file")
parser.add_argument("--steps", type=int, default=100)
parser.add_argument("--warm-up", type=int, default=10)
parser.add_argument("--json", action="store_true", help="print JSON in place of lines")
options = parser.parse_args()

try:
    with (sys.stdin if options.bench == "-" else open(options.bench, encoding="utf-8")) as file:
        ours = json.load(file)
    recipe, (height, width, channels), classes = ours["recipe"], ours["image"], ours["classes"]
except (OSError, ValueError, KeyError) as e:
    refuse(f"{options.bench}: not what 'gpucgan bench --json' prints: {e!r}")
if options.device == "cuda" and not torch.cuda.is_available():
    refuse("--device cuda: this PyTorch sees no CUDA device")

# Every field is read once; what is left over is a recipe that this program does not know how to train.
fields = dict(recipe)


def take(name, *allowed):
    if name not in fields:
        refuse(f"{options.bench}: the recipe has no {name}")
    value = fields.pop(name)
    if allowed and value not in allowed:
        refuse(f"{options.bench}: {name} is {value}; this program can do {', '.join(map(str, allowed))}")
    return value


name, latent = take("name"), take("latent")
g_layers, d_layers = take("generator"), take("discriminator")
g_label, d_label = (take(field, "none", "one_hot", "embedding") for field in ("generator_label", "discriminator_label"))
objective = take("objective", "binary_cross_entropy", "least_squares")
real_target, fake_target = take("real_target"), take("fake_target")
fresh = take("generator_batch", "shared", "fresh") == "fresh"
epsilon, momentum = take("batch_norm_epsilon"), take("batch_norm_momentum")
rates = take("generator_learning_rate"), take("discriminator_learning_rate")
adam = {"betas": (take("adam_beta1"), take("adam_beta2")), "eps": take("adam_epsilon"), "weight_decay": take("weight_decay")}
average = take("generator_average")
take("batch_size")
pixels = height * width * channels
scale = min(1.0, math.sqrt(pixels / 784)) if take("scale_widths") else 1.0
take("n_critic", 1)
take("packing", 1)
take("generator_optimizer", "adam"), take("discriminator_optimizer", "adam")
# Of no consequence for the time: first values, and what only other labels, optimisers and regularisers read.
for field in ("initial_values", "auxiliary_weight", "real_vector", "rmsprop_smoothing", "rmsprop_epsilon", "sgd_momentum", "regularizer_weight"):
    take(field)


def is_on(value):
    return any(map(is_on, value.values())) if isinstance(value, dict) else value not in (0, None, False, "none")


unknown = [field for field, value in fields.items() if is_on(value)]
if unknown:
    refuse(f"{options.bench}: the recipe's {', '.join(unknown)} is not known here; add it to bench/pytorch_step.py")

device = torch.device(options.device)
torch.set_num_threads(options.threads)
torch.manual_seed(1)


class Labelled(nn.Module):
    """A network of (input, label), the label concatenated as a one-hot or a learnt vector."""

    def __init__(self, inputs, lines, label):
        super().__init__()
        self.label = label
        self.table = nn.Embedding(classes, classes) if label == "embedding" else None
        width = inputs + (0 if label == "none" else classes)
        layers = []
        for line in lines:
            kind, *arguments = line.split()
            if kind == "linear":
                wanted = arguments[0]
                # Hidden widths shrink with the image; what comes out has the width that is asked for.
                out = pixels if wanted == "image" else int(wanted) if line is lines[-1] else 16 * math.ceil(int(wanted) * scale / 16)
                layers.append(nn.Linear(width, out))
                width = out
            elif kind == "batch_norm":
                layers.append(nn.BatchNorm1d(width, eps=epsilon, momentum=momentum))
            elif kind == "leaky_relu":
                layers.append(nn.LeakyReLU(float(arguments[0]), inplace=True))
            elif kind == "dropout":
                layers.append(nn.Dropout(float(arguments[0])))
            elif kind == "tanh":
                layers.append(nn.Tanh())
            else:
                refuse(f"{options.bench}: the layer '{line}' is not known here; add it to bench/pytorch_step.py")
        self.layers = nn.Sequential(*layers)

    def forward(self, x, y):
        if self.label == "none":
            return self.layers(x)
        code = self.table(y) if self.table is not None else nn.functional.one_hot(y, classes).float()
        return self.layers(torch.cat((x, code), 1))


def generator():
    return Labelled(latent, g_layers, g_label).to(device)


def discriminator():
    return Labelled(pixels, d_layers, d_label).to(device)


def score(logits, target):
    if objective == "least_squares":
        return 0.5 * ((logits - target) ** 2).mean()
    return nn.functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


class Gan:
    def __init__(self, batch):
        self.batch = batch
        self.g, self.d = generator(), discriminator()
        self.mean = generator() if average > 0 else None
        kind = torch.optim.AdamW if adam["weight_decay"] > 0 else torch.optim.Adam
        # A step that a CUDA graph replays must not read its number from the host.
        extra = {"capturable": True} if device.type == "cuda" else {}
        self.adam_g = kind(self.g.parameters(), rates[0], **adam, **extra)
        self.adam_d = kind(self.d.parameters(), rates[1], **adam, **extra)
        self.data = torch.randint(0, 256, (IMAGES, pixels), dtype=torch.uint8, device=device)
        self.labels = torch.arange(IMAGES, device=device) % classes

    def noise(self):
        return torch.randn(self.batch, latent, device=device)

    def backward_of_d(self, made_grad):
        index = torch.randint(0, IMAGES, (self.batch,), device=device)
        x, y = self.data[index].float() / 127.5 - 1, self.labels[index]
        made = self.g(self.noise(), y) if made_grad else self.g(self.noise(), y).detach()
        logits = self.d(torch.cat((x, made.detach())), torch.cat((y, y)))
        (score(logits[: self.batch], real_target) + score(logits[self.batch :], fake_target)).backward()
        return made, y

    def backward_of_g(self, made, y):
        if fresh:
            y = torch.randint(0, classes, (self.batch,), device=device)
            made = self.g(self.noise(), y)
        for p in self.d.parameters():
            p.requires_grad_(False)
        score(self.d(made, y), 1.0).backward()
        for p in self.d.parameters():
            p.requires_grad_(True)

    def step(self):
        self.adam_d.zero_grad(set_to_none=True)
        made, y = self.backward_of_d(made_grad=not fresh)
        self.adam_d.step()
        self.adam_g.zero_grad(set_to_none=True)
        self.backward_of_g(made, y)
        self.adam_g.step()
        if self.mean is not None:
            with torch.no_grad():
                for kept, new in zip(self.mean.parameters(), self.g.parameters()):
                    kept.lerp_(new, 1 - average)


def times(step):
    """Milliseconds of each step: by events on CUDA, by the clock elsewhere."""
    for _ in range(options.warm_up):
        step()
    if device.type == "cuda":
        marks = [torch.cuda.Event(enable_timing=True) for _ in range(options.steps + 1)]
        torch.cuda.synchronize()
        marks[0].record()
        for mark in marks[1:]:
            step()
            mark.record()
        torch.cuda.synchronize()
        return [a.elapsed_time(b) for a, b in zip(marks, marks[1:])]
    result = []
    for _ in range(options.steps):
        start = time.perf_counter()
        step()
        result.append(1000 * (time.perf_counter() - start))
    return result


cases = []


def report(mode, batch, step):
    measured = sorted(times(step))
    n = len(measured)
    case = {
        "mode": mode, "batch_size": batch, "threads": options.threads, "bound": "OMP_PROC_BIND" in os.environ, "steps": n,
        "step_seconds": {"median": statistics.median(measured) / 1e3, "low": measured[n // 10] / 1e3, "high": measured[n * 9 // 10] / 1e3},
    }
    cases.append(case)
    if not options.json:
        s = case["step_seconds"]
        print(f"PyTorch {torch.__version__} {mode}, {options.device}, {options.threads} thread(s), {name} {height}x{width}, batch {batch}, {n} steps: "
              f"ms/step median {1e3 * s['median']:.3f}  10% {1e3 * s['low']:.3f}  90% {1e3 * s['high']:.3f}")


def graphed(gan):
    """One step recorded, as a call that replays it (https://pytorch.org/docs/stable/notes/cuda.html#cuda-graphs)."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            gan.step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        gan.step()
    return graph.replay


def compiled(gan):
    # The networks and not the step: a step has two backward passes through one forward pass of G, which TorchDynamo makes one function of with D's and frees after the first.
    gan.g, gan.d = torch.compile(gan.g), torch.compile(gan.d)
    return graphed(gan)


modes = {}
if device.type == "cuda":
    modes["graphed"] = graphed
    if int(torch.__version__.split(".")[0]) >= 2:
        modes["compiled"] = compiled

for batch in options.batch_size or sorted({case["batch_size"] for case in ours["cases"]}):
    report("eager", batch, Gan(batch).step)
    for mode, made in modes.items():
        try:
            report(mode, batch, made(Gan(batch)))
        except Exception as e:
            print(f"batch {batch}, {mode}: this PyTorch cannot: {type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}", file=sys.stderr)
if options.json:
    print(json.dumps({"format": "pytorch-step-1", "pytorch": torch.__version__, "device": options.device, "cases": cases}, indent=2))
