using System.Diagnostics;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Profiling;

/// <summary>What a device does where nothing is in its way: what the launches of a step are held against.</summary>
/// <param name="FlopsPerSecond">Of a square product, by <see cref="Gemm"/>: the fastest of several sizes.</param>
/// <param name="ProductSize">Its M = N = K.</param>
/// <param name="BytesPerSecond">Read and written by a copy: the driver's on a GPU, <see cref="CopyMatrix"/> on <see cref="DeviceKind.Cpu"/>. Too large for a cache, except where the device is very slow.</param>
/// <param name="CopyBytes">The bytes of its source.</param>
/// <param name="LaunchSeconds">Of a launch that does nothing, in a row of them; on <see cref="DeviceKind.Cpu"/> of a job in which every thread takes part.</param>
public sealed record DeviceCeilings(double FlopsPerSecond, int ProductSize, double BytesPerSecond, long CopyBytes, double LaunchSeconds)
{
    private const int SmallestProduct = 128;
    private const int LargestProduct = 4096;
    private const int CopyColumns = 4096;
    private const int SmallestCopyRows = 32;
    private const int LargestCopyRows = 16384;

    /// <summary>Sizes are doubled until one run takes this long: then a launch's own cost no longer shows.</summary>
    private const double LongEnough = 4e-3;

    /// <summary>Each size is run for this long at least, and the best run counts: others may want the machine too.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.2);

    /// <summary>The runtime's last stage of optimisation comes within this time.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.4);

    /// <summary>Measures all three, in two or three seconds. Allocates up to 600 MB, on a fast device, and frees them.</summary>
    public static DeviceCeilings Measure(ComputeDevice device)
    {
        var (flops, size) = BestProduct(device);
        var (bytes, source) = LargeCopy(device);
        return new DeviceCeilings(flops, size, bytes, source, Launch(device));
    }

    private static (double FlopsPerSecond, int Size) BestProduct(ComputeDevice device)
    {
        var gemm = new Gemm(device);
        double bestRate = 0;
        int bestSize = 0;
        Product(device, gemm, SmallestProduct, WarmUp);
        for (int size = SmallestProduct; size <= LargestProduct; size *= 2)
        {
            double seconds = Product(device, gemm, size, Patience), rate = 2.0 * size * size * size / seconds;
            if (rate > bestRate)
                (bestRate, bestSize) = (rate, size);
            if (seconds >= LongEnough)
                break;
        }
        return (bestRate, bestSize);
    }

    private static (double BytesPerSecond, long Source) LargeCopy(ComputeDevice device)
    {
        var copy = new CopyMatrix(device);
        Copy(device, copy, SmallestCopyRows, WarmUp);
        int rows = SmallestCopyRows;
        while (rows < LargestCopyRows && Copy(device, copy, rows, TimeSpan.Zero) < LongEnough)
            rows *= 2;
        long source = (long)rows * CopyColumns * sizeof(float);
        return (2.0 * source / Copy(device, copy, rows, Patience), source);
    }

    private static double Product(ComputeDevice device, Gemm gemm, int size, TimeSpan patience)
    {
        var (memoryA, a) = device.AllocateMatrix(size, size);
        var (memoryB, b) = device.AllocateMatrix(size, size);
        var (memoryC, c) = device.AllocateMatrix(size, size);
        using (memoryA)
        using (memoryB)
        using (memoryC)
            return Best(device, () => gemm.Forward(a, b, default, c, Activation.Identity), patience);
    }

    private static double Copy(ComputeDevice device, CopyMatrix copy, int rows, TimeSpan patience)
    {
        using var from = device.Allocate<float>((long)rows * CopyColumns);
        using var to = device.Allocate<float>((long)rows * CopyColumns);
        // A driver copies faster than a kernel of a float a lane, and faster than it no kernel of ours can be.
        if (device.Team is null)
            return Best(device, () => device.Copy(from.View, to.View), patience);
        var (x, y) = (new Matrix(from.View, rows, CopyColumns), new Matrix(to.View, rows, CopyColumns));
        return Best(device, () => copy.Launch(x, y), patience);
    }

    private static double Launch(ComputeDevice device)
    {
        const int launches = 100;
        if (device.Team is { } team)
            return Best(device, () => Repeat(() => Meet(team)), Patience) / launches;
        var kernel = device.Load(on => on.LoadAutoGroupedKernel<Index1D, ArrayView<int>>(NoKernel));
        using var memory = device.Allocate<int>(1);
        return Best(device, () => Repeat(() => kernel(device.Stream, 1, memory.View)), Patience) / launches;

        static void Repeat(Action launch)
        {
            for (int i = 0; i < launches; i++)
                launch();
        }
    }

    /// <summary>The seconds of the fastest run, after one that is not timed.</summary>
    private static double Best(ComputeDevice device, Action run, TimeSpan patience)
    {
        run();
        device.Synchronize();
        double best = double.PositiveInfinity;
        var clock = Stopwatch.StartNew();
        do
        {
            long start = Stopwatch.GetTimestamp();
            run();
            device.Synchronize();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (clock.Elapsed < patience);
        return best;
    }

    private static void NoKernel(Index1D index, ArrayView<int> memory)
    {
        EarlierLaunches.Await();
    }

    private static void Meet(WorkerTeam team)
    {
        var meeting = new Meeting { Absent = team.Threads };
        team.Run(ref meeting, team.Threads);
    }

    /// <summary>An item for each thread, which no thread leaves before all have come. So none takes two.</summary>
    private struct Meeting : IJob
    {
        public int Absent;

        public void Run(int item, int worker)
        {
            Interlocked.Decrement(ref Absent);
            var spinner = new SpinWait();
            while (Volatile.Read(ref Absent) > 0)
                spinner.SpinOnce(sleep1Threshold: -1);
        }
    }
}
