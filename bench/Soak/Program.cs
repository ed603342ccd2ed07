using System.Globalization;
using GpuCgan.Soak;

// A long run that shows whether anything leaks or slows down.
//   dotnet run -c Release --project bench/Soak -- [--device D] [--threads N] [--steps N]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string device = Text("--device", "cpu");
int threads = int.Parse(Text("--threads", "0"), CultureInfo.InvariantCulture);
int steps = int.Parse(Text("--steps", "200000"), CultureInfo.InvariantCulture);
if (steps < 1000 || steps % 1000 != 0)
{
    Console.Error.WriteLine($"error: --steps {steps}: expected a multiple of 1000");
    return 2;
}

Console.WriteLine("    step   steps/s   heap KB    RSS MB   d_loss   g_loss");
var tenths = SoakRun.Run(device, threads > 0 ? threads : null, steps, tenth => Console.WriteLine(
    $"{tenth.Step,8} {tenth.StepsPerSecond,9:0.0} {tenth.HeapBytes / 1024.0,9:0.0} {tenth.ResidentBytes / 1048576.0,9:0.0} {tenth.DiscriminatorLoss,8:0.000} {tenth.GeneratorLoss,8:0.000}"));
SoakTenth first = tenths[0], last = tenths[^1];
Console.WriteLine(
    $"from the first tenth to the last: heap {(last.HeapBytes - first.HeapBytes) / 1024.0:+0.0;-0.0} KB, RSS {(last.ResidentBytes - first.ResidentBytes) / 1048576.0:+0.0;-0.0} MB, throughput {last.StepsPerSecond / first.StepsPerSecond:0.000} times");
return 0;

string Text(string name, string otherwise)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}
