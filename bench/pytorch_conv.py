#!/usr/bin/env python3
"""Times the convolutions of the recipes in PyTorch, for comparison with bench/ConvTime: one line a shape with milliseconds of
forward (bias and LeakyReLU included), input gradient and weight gradient.
  python3 bench/pytorch_conv.py [--threads N] [--batch-size N] [--seconds S] [--only TEXT]
"""
import argparse
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--seconds", type=float, default=0.15)
parser.add_argument("--only", default="", help="shapes whose name holds this")
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)

# name, in, out, kernel, stride, input size, output padding (None: not transposed); padding is 1 everywhere
CASES = [
    ("conv 1-64 4x4s2 28", 1, 64, 4, 2, 28, None),
    ("conv 64-128 4x4s2 14", 64, 128, 4, 2, 14, None),
    ("convT 256-128 4x4s2 7", 256, 128, 4, 2, 7, 0),
    ("convT 128-64 4x4s2 7", 128, 64, 4, 2, 7, 0),
    ("convT 128-1 4x4s2 14", 128, 1, 4, 2, 14, 0),
    ("convT 64-1 4x4s2 14", 64, 1, 4, 2, 14, 0),
    ("conv 2-64 3x3s2 28", 2, 64, 3, 2, 28, None),
    ("conv 64-64 3x3s2 14", 64, 64, 3, 2, 14, None),
    ("conv 64-128 3x3s2 7", 64, 128, 3, 2, 7, None),
    ("convT 256-128 3x3s2 7", 256, 128, 3, 2, 7, 1),
    ("convT 128-64 3x3s1 14", 128, 64, 3, 1, 14, 0),
    ("convT 64-1 3x3s2 14", 64, 1, 3, 2, 14, 1),
    ("conv 64-64 3x3s1 14", 64, 64, 3, 1, 14, None),
    ("conv 128-128 3x3s1 7", 128, 128, 3, 1, 7, None),
    ("conv 1-64 4x4s2 8", 1, 64, 4, 2, 8, None),
    ("conv 64-128 4x4s2 4", 64, 128, 4, 2, 4, None),
    ("conv 128-128 3x3s1 2", 128, 128, 3, 1, 2, None),
    ("convT 256-128 4x4s2 2", 256, 128, 4, 2, 2, 0),
    ("convT 128-64 4x4s2 2", 128, 64, 4, 2, 2, 0),
    ("convT 128-1 4x4s2 4", 128, 1, 4, 2, 4, 0),
    ("conv 64-64 3x3s2 4", 64, 64, 3, 2, 4, None),
    ("conv 64-128 3x3s2 2", 64, 128, 3, 2, 2, None),
    ("convT 256-128 3x3s2 2", 256, 128, 3, 2, 2, 1),
    ("convT 128-64 3x3s1 4", 128, 64, 3, 1, 4, 0),
]


def measure(run):
    times = []
    start = time.perf_counter()
    while time.perf_counter() - start < 2 * options.seconds or len(times) < 5:
        begin = time.perf_counter()
        run()
        end = time.perf_counter()
        if end - start > options.seconds:
            times.append(1000 * (end - begin))
    times.sort()
    return times[len(times) // 2]


print(f"# PyTorch {torch.__version__}, {options.threads} thread(s), mkldnn {torch.backends.mkldnn.is_available()}, batch {options.batch_size}")
for name, inputs, outputs, kernel, stride, size, output_padding in CASES:
    if options.only not in name:
        continue
    transposed = output_padding is not None
    x = torch.rand(options.batch_size, inputs, size, size) - 0.5
    w = torch.rand(*((inputs, outputs) if transposed else (outputs, inputs)), kernel, kernel) - 0.5
    b = torch.rand(outputs)

    def conv(x, w, b):
        if transposed:
            return torch.nn.functional.conv_transpose2d(x, w, b, stride, 1, output_padding)
        return torch.nn.functional.conv2d(x, w, b, stride, 1)

    with torch.no_grad():
        forward = measure(lambda: torch.nn.functional.leaky_relu(conv(x, w, b), 0.2, inplace=True))
        dy = torch.rand_like(conv(x, w, b)) - 0.5

    def backward(mask):
        torch.ops.aten.convolution_backward(
            dy, x, w, None, [stride, stride], [1, 1], [1, 1], transposed, [output_padding or 0] * 2, 1, mask)

    input_gradient = measure(lambda: backward([True, False, False]))
    weight_gradient = measure(lambda: backward([False, True, False]))
    print(f"{name},{forward:.3f},{input_gradient:.3f},{weight_gradient:.3f}")
