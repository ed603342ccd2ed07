using System.Diagnostics;
using System.Globalization;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Recipes;

// Times whole training steps of a recipe at 28×28 and counts what they allocate.
//   dotnet run -c Release --project bench/StepTime -- [--recipe NAME] [--device D] [--threads N] [--batch-size N] [--steps N]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string device = Text("--device", "cpu");
var recipe = RecipeFile.Load(Text("--recipe", RecipeFile.Default));
int batch = Number("--batch-size", recipe.BatchSize);
int steps = Number("--steps", 300);
int threads = Number("--threads", Environment.ProcessorCount);
// The runtime optimises hot methods in stages: the last of them come into use after some hundred steps.
const int WarmUp = 600;

using var opened = ComputeDevice.Open(device, device == "cpu" ? threads : null);
var image = new ImageShape(28, 28, 1);
using var gan = new ConditionalGan(opened, recipe with { BatchSize = batch }, image, 10, seed: 1);

// Random bytes: nothing of the time depends on what the images show, and zeros would flatter it.
var pixels = new byte[4096 * image.Pixels];
new Random(1).NextBytes(pixels);
gan.Load(pixels, [.. Enumerable.Range(0, 4096).Select(i => (byte)(i % 10))]);

for (int i = 0; i < WarmUp; i++)
    gan.TrainStep();
gan.Synchronize();
gan.ReadMetrics();

var milliseconds = new double[steps];
long before = GC.GetTotalAllocatedBytes(precise: true);
long beforeOnThisThread = GC.GetAllocatedBytesForCurrentThread();
for (int i = 0; i < steps; i++)
{
    long start = Stopwatch.GetTimestamp();
    gan.TrainStep();
    gan.Synchronize();
    milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
}
long onThisThread = GC.GetAllocatedBytesForCurrentThread() - beforeOnThisThread;
long onAllThreads = GC.GetTotalAllocatedBytes(precise: true) - before;

Array.Sort(milliseconds);
Console.WriteLine($"{opened.Name} ({DeviceCatalog.Backend}), {recipe.Name} 28×28, batch {batch}, {steps} steps");
Console.WriteLine($"ms/step median {milliseconds[steps / 2]:0.00}  10% {milliseconds[steps / 10]:0.00}  90% {milliseconds[steps * 9 / 10]:0.00}  images/s {batch * 1000 / milliseconds[steps / 2]:0}");
Console.WriteLine($"allocated bytes/step: {onThisThread / (double)steps:0.##} on this thread, {onAllThreads / (double)steps:0.##} on all threads");
return gan.ReadMetrics().AreFinite ? 0 : 1;

string Text(string name, string otherwise)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}

int Number(string name, int otherwise) => int.Parse(Text(name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
