#!/usr/bin/env python3
"""Times the step of the mlp recipe in PyTorch, for comparison with bench/StepTime.

The same networks, objective and optimiser as src/Network/Recipes/Recipe.cs: real and generated pairs through D as one
batch, one update of D, then one of G on the same images. Debian: apt-get install python3-torch.
  python3 bench/pytorch_step.py [--threads N] [--batch-size N] [--steps N]
"""
import argparse
import time

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--steps", type=int, default=100)
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)
batch, pixels, classes, latent = options.batch_size, 784, 10, 100


def generator():
    layers = [nn.Linear(latent + classes, 128), nn.LeakyReLU(0.2, inplace=True)]
    for i, o in ((128, 256), (256, 512), (512, 1024)):
        layers += [nn.Linear(i, o), nn.BatchNorm1d(o), nn.LeakyReLU(0.2, inplace=True)]
    return nn.Sequential(*layers, nn.Linear(1024, pixels), nn.Tanh())


def discriminator():
    layers = []
    for i in (pixels + classes, 512, 512):
        layers += [nn.Linear(i, 512), nn.LeakyReLU(0.2, inplace=True), nn.Dropout(0.4)]
    return nn.Sequential(*layers, nn.Linear(512, 1))


G, D = generator(), discriminator()
adam_g = torch.optim.Adam(G.parameters(), 2e-4, (0.5, 0.999))
adam_d = torch.optim.Adam(D.parameters(), 2e-4, (0.5, 0.999))
loss = nn.BCEWithLogitsLoss()
real, fake = torch.ones(batch, 1), torch.zeros(batch, 1)
data = torch.randint(0, 256, (4096, pixels), dtype=torch.uint8)
labels = torch.arange(4096) % classes


def step():
    index = torch.randint(0, 4096, (batch,))
    x = data[index].float() / 127.5 - 1
    y = nn.functional.one_hot(labels[index], classes).float()
    made = G(torch.cat((torch.randn(batch, latent), y), 1))

    adam_d.zero_grad(set_to_none=True)
    logits = D(torch.cat((torch.cat((x, y), 1), torch.cat((made.detach(), y), 1))))
    (loss(logits[:batch], real) + loss(logits[batch:], fake)).backward()
    adam_d.step()

    adam_g.zero_grad(set_to_none=True)
    for p in D.parameters():
        p.requires_grad_(False)
    loss(D(torch.cat((made, y), 1)), real).backward()
    for p in D.parameters():
        p.requires_grad_(True)
    adam_g.step()


for _ in range(10):
    step()
times = []
for _ in range(options.steps):
    start = time.perf_counter()
    step()
    times.append(1000 * (time.perf_counter() - start))
times.sort()
n = len(times)
print(f"PyTorch {torch.__version__}, {options.threads} thread(s), mlp 28x28, batch {batch}, {n} steps")
print(f"ms/step median {times[n // 2]:.2f}  10% {times[n // 10]:.2f}  90% {times[n * 9 // 10]:.2f}")
