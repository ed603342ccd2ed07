using System.Diagnostics;
using System.Globalization;
using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Products;

// Times the products of the mlp recipe at 28×28, each orientation of each layer, on every tile, on an OpenCL driver for a CPU by lanes too, and as the naive kernel, and says which of them the program takes.
//   dotnet run -c Release --project bench/Products -- [--device D] [--batch-size N,N] [--seconds S]
// A time is the median over rounds of many launches, which CUDA replays as one graph; S is what each may take at most.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string name = Text("--device", "auto");
int[] batches = [.. Text("--batch-size", "64").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
double seconds = double.Parse(Text("--seconds", "0.3"), CultureInfo.InvariantCulture);

using var device = ComputeDevice.Open(name);
if (device.Kind == DeviceKind.Cpu)
{
    Console.Error.WriteLine("error: --device cpu has no tiles; use cuda or opencl.");
    return 2;
}
var naive = new Naive(device);
(string Name, Gemm Gemm)[] ways = [.. Gemm.TileSet.Sizes.Select(tile => ($"{tile.Rows}×{tile.Columns}", new Gemm(device) { Tile = tile }))];
if (device.IsCpuDriver)
    ways = [.. ways, ("lanes", new Gemm(device))];
double sumNaive = 0, sumTaken = 0;
foreach (int batch in batches)
{
    (int M, int K, int N)[] layers =
    [
        (batch, 110, 128), (batch, 128, 256), (batch, 256, 512), (batch, 512, 1024), (batch, 1024, 784),
        (2 * batch, 794, 512), (2 * batch, 512, 512),
    ];
    Console.WriteLine($"{device.Name} ({DeviceCatalog.Backend}), batch {batch}; µs a product, * what the program takes");
    Console.WriteLine($"{"product",-10} {"M×N×K",-16} {"naive",9}{string.Concat(ways.Select(way => way.Name.PadLeft(11)))} {"GFLOP/s",9} {"naive/taken",11}");
    (sumNaive, sumTaken) = (0, 0);
    foreach (var (m, k, n) in layers)
    {
        var (memoryX, x) = Filled(m, k, k + 0x9E37);
        var (memoryY, y) = Filled(m, n, n);
        var weights = device.Allocate<float>((long)k * n);
        weights.Upload([.. Enumerable.Range(0, k * n).Select(i => (i * 7919 % 1000 - 500) / 500f)]);
        var w = new Matrix(weights.View, k, n);
        var other = device.Allocate<float>((long)k * n);
        var dw = new Matrix(other.View, k, n);
        Row("forward", m, n, k, g => g.Forward(x, w, default, y, Activation.Identity), () => naive.Forward(x, w, y));
        Row("input", m, k, n, g => g.InputGradient(y, w, x), () => naive.InputGradient(y, w, x));
        Row("weight", k, n, m, g => g.WeightGradient(x, y, dw, accumulate: false), () => naive.WeightGradient(x, y, dw));
        foreach (IDisposable memory in (IDisposable[])[memoryX, memoryY, weights, other])
            memory.Dispose();
    }
    Console.WriteLine($"sum: naive {sumNaive:0} µs, what is taken {sumTaken:0} µs, ratio {sumNaive / sumTaken:0.00}");
}
return 0;

void Row(string name, int m, int n, int k, Action<Gemm> product, Action plain)
{
    double naiveTime = Time(plain);
    var tile = Gemm.TileSet.Choose(m, n, device.Accelerator.NumMultiprocessors);
    var line = $"{name,-10} {$"{m}×{n}×{k}",-16} {naiveTime,9:0.0}";
    double best = 0;
    foreach (var (_, gemm) in ways)
    {
        double time = Time(() => product(gemm));
        bool isTaken = gemm.Tile == (device.IsCpuDriver ? null : tile);
        if (isTaken)
            best = time;
        line += $"{time,10:0.0}{(isTaken ? "*" : " ")}";
    }
    sumNaive += naiveTime;
    sumTaken += best;
    Console.WriteLine($"{line} {2e-3 * m * n * k / best,9:0} {naiveTime / best,11:0.00}");
}

double Time(Action product)
{
    product();
    device.Synchronize();
    long start = Stopwatch.GetTimestamp();
    product();
    device.Synchronize();
    int launches = (int)Math.Clamp(seconds / 5 / Stopwatch.GetElapsedTime(start).TotalSeconds, 1, 50);
    void Many()
    {
        for (int i = 0; i < launches; i++)
            product();
    }
    using var recorder = new StepRecorder(device);
    var times = new List<double>();
    var all = Stopwatch.StartNew();
    for (int round = 0; round < 8 || all.Elapsed.TotalSeconds < seconds / 2; round++)
    {
        start = Stopwatch.GetTimestamp();
        recorder.Run(0, Many);
        device.Synchronize();
        // The first rounds are plain launches, the third records.
        if (round >= 3)
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / launches);
    }
    times.Sort();
    return times[times.Count / 2];
}

(DeviceArray<float>, Matrix) Filled(int rows, int columns, int seed)
{
    var (memory, matrix) = device.AllocateMatrix(rows, columns);
    memory.Upload([.. Enumerable.Range(0, (int)memory.Length).Select(i => ((i * 7919 + seed) % 1000 - 500) / 500f)]);
    return (memory, matrix);
}

string Text(string option, string otherwise)
{
    int at = Array.IndexOf(args, option);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}
