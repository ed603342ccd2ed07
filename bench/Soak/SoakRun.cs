using System.Diagnostics;
using GpuCgan.Host.Data;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Soak;

/// <summary>
/// Trains the default recipe on the digits as <c>train</c> does, readings of the metrics, sheets of samples and checkpoints included, and measures ten times what a leak would show in.
/// The first tenth is the warm-up.
/// </summary>
internal static class SoakRun
{
    private const int LogInterval = 50;

    /// <summary>Steps between a sheet with its checkpoint and the next.</summary>
    private const int SheetInterval = 100;

    /// <param name="deviceName">As <c>--device</c> takes it.</param>
    /// <param name="threads">Of <c>cpu</c>; null for all cores.</param>
    /// <param name="steps">All steps, a multiple of a thousand.</param>
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
                Stopwatch wall = new();
                TimeSpan processor = TimeSpan.Zero;
                long stepBytes = 0;
                StepMetrics metrics = default!;
                while (gan.Step < (long)steps * tenth / 10)
                {
                    wall.Start();
                    processor -= Environment.CpuUsage.TotalTime;
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    for (int i = 0; i < LogInterval; i++)
                        gan.TrainStep();
                    stepBytes += GC.GetAllocatedBytesForCurrentThread() - before;
                    metrics = gan.ReadMetrics();
                    processor += Environment.CpuUsage.TotalTime;
                    wall.Stop();
                    if (!metrics.AreFinite)
                        throw new InvalidOperationException($"By step {gan.Step} a loss is not finite.");
                    if (gan.Step % SheetInterval != 0)
                        continue;
                    gan.Sample(labels, 0, 8, 1);
                    GanCheckpoint.Save(gan, Path.Combine(folder, "a.safetensors"));
                }

                tenths.Add(Measure(device, gan.Step, steps / 10, wall.Elapsed, processor, stepBytes, metrics));
                seen(tenths[^1]);
            }

            return tenths;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static SoakTenth Measure(ComputeDevice device, long step, int steps, TimeSpan wall, TimeSpan processor, long stepBytes, StepMetrics metrics)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        // What survived the collection, object by object. GC.GetTotalMemory counts 8 KB for every thread that has allocated since, and such threads come and go.
        long heap = GC.GetGCMemoryInfo(GCKind.FullBlocking).PromotedBytes;
        using Process process = Process.GetCurrentProcess();
        return new SoakTenth(
            step, steps / wall.TotalSeconds, processor.TotalMilliseconds / steps, stepBytes, heap, device.Accelerator.NumberChildObjects, device.HeldBytes, process.WorkingSet64, metrics.DiscriminatorLoss,
            metrics.GeneratorLoss);
    }
}
