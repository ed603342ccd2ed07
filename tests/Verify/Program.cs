using System.Globalization;
using System.Reflection;
using GpuCgan.Verify;

// Runs every test of the kernels and of the networks that names a device, without the .NET SDK.
//   gpucgan-verify cuda|opencl|cpu|cpu-ilgpu [TEXT]        TEXT: only tests whose names contain it
// Exit code 0: all passed, and there were some. 1: one failed or was skipped, as those of a device that is not there are, or none ran. 2: no such device's name.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length is not (1 or 2) || args[0] is not ("cuda" or "opencl" or "cpu" or "cpu-ilgpu"))
{
    Console.Error.WriteLine("usage: gpucgan-verify cuda|opencl|cpu|cpu-ilgpu [TEXT]");
    return 2;
}
var results = new ResultLog(Console.Out);
foreach (string name in (string[])["GpuCgan.Kernels.Tests", "GpuCgan.Network.Tests"])
    AssemblyTests.Run(Assembly.Load(name), $"\"{args[0]}\"", args.ElementAtOrDefault(1) ?? "", results);
Console.Out.WriteLine($"{args[0]}: {results.Passed} passed, {results.Failed} failed, {results.Skipped} skipped in {results.Seconds:0.0} s of tests");
return results is { Failed: 0, Skipped: 0, Passed: > 0 } ? 0 : 1;
