using System.Diagnostics;
using System.Globalization;
using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;

// Times the convolutions of the recipes: forward (bias and LeakyReLU included), input gradient and weight gradient, milliseconds each.
//   dotnet run -c Release --project bench/ConvTime -- [--device D] [--threads N] [--batch-size N] [--seconds S] [--only TEXT]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string device = Text("--device", "cpu");
int batch = Number("--batch-size", 64);
int threads = Number("--threads", Environment.ProcessorCount);
double seconds = double.Parse(Text("--seconds", "0.15"), CultureInfo.InvariantCulture);

// As bench/pytorch_conv.py has them, by the same names.
(string Name, ConvShape Shape, bool Transposed)[] cases =
[
    ("conv 1-64 4x4s2 28", ConvShape.Convolution(1, 28, 28, 64, 4, 4, 2, 1), false),
    ("conv 64-128 4x4s2 14", ConvShape.Convolution(64, 14, 14, 128, 4, 4, 2, 1), false),
    ("convT 256-128 4x4s2 7", ConvShape.Transposed(256, 7, 7, 128, 4, 4, 2, 1, 0), true),
    ("convT 128-64 4x4s2 7", ConvShape.Transposed(128, 7, 7, 64, 4, 4, 2, 1, 0), true),
    ("convT 128-1 4x4s2 14", ConvShape.Transposed(128, 14, 14, 1, 4, 4, 2, 1, 0), true),
    ("convT 64-1 4x4s2 14", ConvShape.Transposed(64, 14, 14, 1, 4, 4, 2, 1, 0), true),
    ("conv 2-64 3x3s2 28", ConvShape.Convolution(2, 28, 28, 64, 3, 3, 2, 1), false),
    ("conv 64-64 3x3s2 14", ConvShape.Convolution(64, 14, 14, 64, 3, 3, 2, 1), false),
    ("conv 64-128 3x3s2 7", ConvShape.Convolution(64, 7, 7, 128, 3, 3, 2, 1), false),
    ("convT 256-128 3x3s2 7", ConvShape.Transposed(256, 7, 7, 128, 3, 3, 2, 1, 1), true),
    ("convT 128-64 3x3s1 14", ConvShape.Transposed(128, 14, 14, 64, 3, 3, 1, 1, 0), true),
    ("convT 64-1 3x3s2 14", ConvShape.Transposed(64, 14, 14, 1, 3, 3, 2, 1, 1), true),
    ("conv 64-64 3x3s1 14", ConvShape.Convolution(64, 14, 14, 64, 3, 3, 1, 1), false),
    ("conv 128-128 3x3s1 7", ConvShape.Convolution(128, 7, 7, 128, 3, 3, 1, 1), false),
    ("conv 1-64 4x4s2 8", ConvShape.Convolution(1, 8, 8, 64, 4, 4, 2, 1), false),
    ("conv 64-128 4x4s2 4", ConvShape.Convolution(64, 4, 4, 128, 4, 4, 2, 1), false),
    ("conv 128-128 3x3s1 2", ConvShape.Convolution(128, 2, 2, 128, 3, 3, 1, 1), false),
    ("convT 256-128 4x4s2 2", ConvShape.Transposed(256, 2, 2, 128, 4, 4, 2, 1, 0), true),
    ("convT 128-64 4x4s2 2", ConvShape.Transposed(128, 2, 2, 64, 4, 4, 2, 1, 0), true),
    ("convT 128-1 4x4s2 4", ConvShape.Transposed(128, 4, 4, 1, 4, 4, 2, 1, 0), true),
    ("conv 64-64 3x3s2 4", ConvShape.Convolution(64, 4, 4, 64, 3, 3, 2, 1), false),
    ("conv 64-128 3x3s2 2", ConvShape.Convolution(64, 2, 2, 128, 3, 3, 2, 1), false),
    ("convT 256-128 3x3s2 2", ConvShape.Transposed(256, 2, 2, 128, 3, 3, 2, 1, 1), true),
    ("convT 128-64 3x3s1 4", ConvShape.Transposed(128, 4, 4, 64, 3, 3, 1, 1, 0), true),
];

string only = Text("--only", "");
cases = [.. cases.Where(c => c.Name.Contains(only, StringComparison.Ordinal))];

using var opened = ComputeDevice.Open(device, device == "cpu" ? threads : null);
var convolution = new Convolution(opened);
var transposed = new TransposedConvolution(convolution);
Console.WriteLine($"# {opened.Name} ({DeviceCatalog.Backend}), batch {batch}");
// The runtime optimises hot methods in stages, in the background: every shape runs unmeasured, for two seconds in all or more, and half of the measured time is warm-up again.
long warmUp = Stopwatch.GetTimestamp();
do
{
    foreach (var (_, shape, isTransposed) in cases)
        Measure(shape, isTransposed, seconds / 2);
}
while (cases.Length > 0 && Stopwatch.GetElapsedTime(warmUp).TotalSeconds < 2);
foreach (var (name, shape, isTransposed) in cases)
{
    var (forward, input, weight) = Measure(shape, isTransposed, seconds);
    double flops = 2.0 * batch * shape.MapPixels * shape.Features * shape.Taps / 1e6;
    Console.WriteLine($"{name},{forward:0.000},{input:0.000},{weight:0.000},{flops:0.0}");
}

(double Forward, double Input, double Weight) Measure(ConvShape shape, bool isTransposed, double seconds)
{
    var (imageMemory, image) = Random(batch, shape.ImageColumns);
    var (mapMemory, map) = Random(batch, shape.MapColumns);
    var (imageOutMemory, imageOut) = opened.AllocateMatrix(batch, shape.ImageColumns);
    var (mapOutMemory, mapOut) = opened.AllocateMatrix(batch, shape.MapColumns);
    using var w = opened.Allocate<float>(shape.Features * shape.Taps);
    using var dw = opened.Allocate<float>(shape.Features * shape.Taps);
    using var scratch = opened.Allocate<float>(Math.Max(1, convolution.WeightScratch(shape, batch)));
    using var bias = opened.Allocate<float>(isTransposed ? shape.Channels : shape.Features);
    w.Upload(Numbers(shape.Features * shape.Taps));
    Matrix weights = new(w.View, shape.Features, shape.Taps), gradient = new(dw.View, shape.Features, shape.Taps);
    var activation = Activation.LeakyRelu(0.2f);
    double forward = Time(() =>
    {
        if (isTransposed)
            transposed.Forward(shape, map, weights, bias.View, imageOut, activation);
        else
            convolution.Forward(shape, image, weights, bias.View, mapOut, activation);
    }, seconds);
    double input = Time(() =>
    {
        if (isTransposed)
            transposed.InputGradient(shape, image, weights, mapOut);
        else
            convolution.InputGradient(shape, map, weights, imageOut);
    }, seconds);
    double weight = Time(() => convolution.WeightGradient(shape, image, map, gradient, accumulate: false, scratch.View), seconds);
    foreach (var memory in (IDisposable[])[imageMemory, mapMemory, imageOutMemory, mapOutMemory])
        memory.Dispose();
    return (forward, input, weight);
}

double Time(Action run, double seconds)
{
    var times = new List<double>();
    long start = Stopwatch.GetTimestamp();
    while (Stopwatch.GetElapsedTime(start).TotalSeconds < 2 * seconds || times.Count < 5)
    {
        long begin = Stopwatch.GetTimestamp();
        run();
        opened.Synchronize();
        if (Stopwatch.GetElapsedTime(start).TotalSeconds > seconds)
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
    }
    times.Sort();
    return times[times.Count / 2];
}

(DeviceArray<float>, Matrix) Random(int rows, int columns)
{
    var (memory, matrix) = opened.AllocateMatrix(rows, columns);
    memory.Upload(Numbers((int)memory.Length));
    return (memory, matrix);
}

float[] Numbers(int count)
{
    var random = new Random(1);
    return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
}

string Text(string name, string otherwise)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}

int Number(string name, int otherwise) => int.Parse(Text(name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
