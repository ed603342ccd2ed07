using System.Globalization;
using GpuCgan.Host.Rendering;
using GpuCgan.Kernels.Devices;
using GpuCgan.Modes;

// Trains unconditional GANs on 25 Gaussians, counts the modes that each covers and draws the first seed's points.
//   dotnet run -c Release --project bench/Modes -- [--device D] [--threads N] [--steps N] [--seeds N] [--setup NAME] [--out FILE.png]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string device = Text("--device", "cpu"), only = Text("--setup", ""), file = Text("--out", "modes.png");
int threads = Number("--threads", 1), steps = Number("--steps", 6000), seeds = Number("--seeds", 3);
Setup[] setups = [.. Setup.All.Where(setup => only.Length == 0 || setup.Name == only)];
if (setups.Length == 0 || steps < 1 || seeds < 1 || threads < 1)
{
    Console.Error.WriteLine($"error: --steps, --seeds and --threads are at least 1, and --setup is one of: {string.Join(", ", Setup.All.Select(setup => setup.Name))}");
    return 2;
}

using var opened = ComputeDevice.Open(device, device == "cpu" ? threads : null);
Console.WriteLine($"# {opened.Name}, {steps} steps a training; early: the first tenth of the steps, late: the last half");
Console.WriteLine("setup,seed,modes,held,high_quality,d_fake_early,g_gradient_early,d_fake_late,g_gradient_late,processor_seconds");
float[] data = GaussianGrid.Decode(GaussianGrid.Points(TrainedModes.Counted, seed: 2));
var count = GaussianGrid.Count(data);
Console.WriteLine($"data,,{count.Covered},{count.Held},{count.HighQuality:0.0000},,,,,");
List<(string, float[])> panels = [("the data", data)];
for (int seed = 0; seed < seeds; seed++)
{
    foreach (var setup in setups)
    {
        var trained = TrainedModes.Of(setup, opened, steps, seed);
        Console.WriteLine(
            $"{setup.Name},{seed},{trained.Count.Covered},{trained.Count.Held},{trained.Count.HighQuality:0.0000},{trained.Early.FakeScore:0.0000},{trained.Early.Gradient:0.0000},"
            + $"{trained.Late.FakeScore:0.0000},{trained.Late.Gradient:0.0000},{trained.Seconds:0.0}");
        if (seed == 0)
            panels.Add((setup.Name, trained.Points));
    }
    if (seed == 0)
    {
        using var picture = ModesPicture.Draw(panels);
        PngFile.Write(file, picture);
        Console.WriteLine($"# {file}");
    }
}
return 0;

string Text(string name, string otherwise)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}

int Number(string name, int otherwise) => int.TryParse(Text(name, otherwise.ToString(CultureInfo.InvariantCulture)), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0;
