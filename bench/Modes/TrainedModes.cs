using GpuCgan.Kernels.Devices;
using GpuCgan.Network;

namespace GpuCgan.Modes;

/// <summary>What a training on the grid came to.</summary>
/// <param name="Setup">What was trained.</param>
/// <param name="Seed">Of weights, noise and order.</param>
/// <param name="Points">[count, 2]: points of the trained G.</param>
/// <param name="Count">Where they lie.</param>
/// <param name="Early">The first tenth of the steps.</param>
/// <param name="Late">The last half.</param>
/// <param name="Seconds">Of processor time that the training took: what does not depend on who else computes.</param>
internal sealed record TrainedModes(Setup Setup, int Seed, float[] Points, ModeCount Count, GameReading Early, GameReading Late, double Seconds)
{
    /// <summary>Points that are counted, as many as the sources take.</summary>
    public const int Counted = 2500;

    private const int DataPoints = 100_000;
    private const int ReadingInterval = 20;

    /// <summary>Trains a setup's share of so many steps on <paramref name="device"/>.</summary>
    public static TrainedModes Of(Setup setup, ComputeDevice device, int steps, int seed)
    {
        steps = Math.Max(1, (int)(steps * setup.Share));
        using var gan = new ConditionalGan(device, setup.Recipe, GaussianGrid.Image, classes: 1, (ulong)seed);
        gan.Load(GaussianGrid.Points(DataPoints, seed: 1), new byte[DataPoints]);
        var readings = new List<GameReading>();
        var start = Environment.CpuUsage.TotalTime;
        for (int step = 1; step <= steps; step++)
        {
            gan.TrainStep();
            if (step % ReadingInterval == 0 || step == steps)
                readings.Add(new GameReading(gan.ReadMetrics().FakeScore, gan.ReadDiagnostics().GeneratorGradientNorm));
        }
        gan.Synchronize();
        double seconds = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
        float[] points = gan.Sample([0], 0, Counted, seed: 1);
        return new TrainedModes(
            setup, seed, points, GaussianGrid.Count(points),
            GameReading.Mean(readings.Take((readings.Count + 9) / 10)), GameReading.Mean(readings.Skip(readings.Count / 2)), seconds);
    }
}
