using System.Diagnostics;
using GpuCgan.Host.Data;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Soak;

/// <summary>One tenth of a soak.</summary>
/// <param name="Step">Steps done at its end.</param>
/// <param name="StepsPerSecond">Of the steps alone, without what is measured between them.</param>
/// <param name="HeapBytes">The managed heap at its end, after a full collection.</param>
/// <param name="ResidentBytes">The process's memory at its end. On <c>cpu</c> the device's memory is part of it.</param>
/// <param name="DiscriminatorLoss">The mean over its last log interval.</param>
/// <param name="GeneratorLoss">The mean over its last log interval.</param>
internal sealed record SoakTenth(long Step, double StepsPerSecond, long HeapBytes, long ResidentBytes, double DiscriminatorLoss, double GeneratorLoss);

/// <summary>
/// Trains the default recipe on the digits as <c>train</c> does, a log interval's metrics, a sheet of samples and a checkpoint included, and measures ten times what a leak would
/// show in. The first tenth is the warm-up.
/// </summary>
internal static class SoakRun
{
    private const int LogInterval = 50;

    /// <param name="deviceName">As <c>--device</c> takes it.</param>
    /// <param name="threads">Of <c>cpu</c>; null for all cores.</param>
    /// <param name="steps">All steps, a multiple of ten.</param>
    /// <param name="seen">Is told each tenth.</param>
    /// <exception cref="InvalidOperationException">A loss is not finite.</exception>
    public static IReadOnlyList<SoakTenth> Run(string deviceName, int? threads, int steps, Action<SoakTenth> seen)
    {
        using ComputeDevice device = ComputeDevice.Open(deviceName, threads);
        ImageDataSet data = DigitsDataSet.Load().Train;
        using ConditionalGan gan = new(device, new Recipe(), new ImageShape(data.Height, data.Width, data.Channels), data.ClassNames.Count, seed: 1);
        gan.Load(data.Pixels.Span, data.LabelBytes());
        string folder = Directory.CreateTempSubdirectory("gpucgan-soak-").FullName;
        try
        {
            List<SoakTenth> tenths = [];
            int[] labels = [.. Enumerable.Range(0, gan.Classes)];
            for (int tenth = 1; tenth <= 10; tenth++)
            {
                long start = Stopwatch.GetTimestamp();
                StepMetrics metrics = default!;
                while (gan.Step < (long)steps * tenth / 10)
                {
                    gan.TrainStep();
                    if (gan.Step % LogInterval != 0)
                        continue;
                    metrics = gan.ReadMetrics();
                    if (!metrics.AreFinite)
                        throw new InvalidOperationException($"By step {gan.Step} a loss is not finite.");
                }

                gan.Synchronize();
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                gan.Sample(labels, 0, 8, 1);
                GanCheckpoint.Save(gan, Path.Combine(folder, "a.safetensors"));
                GC.Collect();
                GC.WaitForPendingFinalizers();
                GC.Collect();
                using Process process = Process.GetCurrentProcess();
                tenths.Add(new SoakTenth(gan.Step, steps / 10 / seconds, GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64, metrics.DiscriminatorLoss, metrics.GeneratorLoss));
                seen(tenths[^1]);
            }

            return tenths;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
