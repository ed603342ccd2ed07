using System.Globalization;
using System.Text.Json;
using GpuCgan.Soak;

// A long run that shows whether anything leaks or slows down.
//   dotnet run -c Release --project bench/Soak -- [--device D] [--threads N] [--steps N] [--json]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string device = Text("--device", "cpu");
int threads = int.Parse(Text("--threads", "0"), CultureInfo.InvariantCulture);
int steps = int.Parse(Text("--steps", "200000"), CultureInfo.InvariantCulture);
if (steps < 1000 || steps % 1000 != 0)
{
    Console.Error.WriteLine($"error: --steps {steps}: expected a multiple of 1000");
    return 2;
}

if (Array.IndexOf(args, "--json") >= 0)
{
    Console.WriteLine(JsonSerializer.Serialize(SoakRun.Run(device, threads > 0 ? threads : null, steps, _ => { })));
    return 0;
}

Console.WriteLine("    step   steps/s  CPU ms/step  bytes/step   heap KB  objects  own heap KB  device KB    RSS MB   d_loss   g_loss");
var tenths = SoakRun.Run(device, threads > 0 ? threads : null, steps, tenth => Console.WriteLine(
    $"{tenth.Step,8} {tenth.StepsPerSecond,9:0.0} {tenth.CpuPerStep,12:0.000} {tenth.StepBytes * 10.0 / steps,11:0.###} {tenth.HeapBytes / 1024.0,9:0.0} {tenth.DeviceObjects,8} {tenth.OwnHeapBytes / 1024.0,12:0.0} "
    + $"{tenth.DeviceBytes / 1024.0,10:0.0} {tenth.ResidentBytes / 1048576.0,9:0.0} {tenth.DiscriminatorLoss,8:0.000} {tenth.GeneratorLoss,8:0.000}"));
// The first tenth is the warm-up of the memory; of the speed it is what the last is compared with.
SoakTenth first = tenths[0], warm = tenths[1], last = tenths[^1];
Console.WriteLine(
    $"from the second tenth to the last: own heap {Change(last.OwnHeapBytes - warm.OwnHeapBytes, 1024)} KB, device {Change(last.DeviceBytes - warm.DeviceBytes, 1024)} KB, RSS {Change(last.ResidentBytes - warm.ResidentBytes, 1048576)} MB");
Console.WriteLine($"the last tenth beside the first: throughput {last.StepsPerSecond / first.StepsPerSecond:0.000} times, CPU time a step {last.CpuPerStep / first.CpuPerStep:0.000} times");
return 0;

string Change(long bytes, double unit) => string.Create(CultureInfo.InvariantCulture, $"{bytes / unit:+0.0;-0.0;0.0}");

string Text(string name, string otherwise)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}
