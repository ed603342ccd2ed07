using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// sums[c] = Σ x² over chunk c, 16,384 floats of x [P] (the last may be shorter); overwrites the sums. Their total is the squared norm of an arena, which the host adds up
/// in double: it reads a sum a chunk, not the arena.
/// </summary>
/// <remarks>
/// In a kernel a group of 256 lanes sums a chunk: lane l takes elements l, l + 256, … in order, and the lanes are added as <see cref="Strands"/> says. The wide twin does the
/// same, so both have the same bits. |error| ≤ 97·2⁻²⁴·Σ x² a chunk: a square, 64 additions in a lane, 16 and 16 between lanes.
/// </remarks>
public sealed class SumOfSquares
{
    /// <summary>An index runs a chunk beyond the last element.</summary>
    private const int MaxLength = int.MaxValue - ChunkSums.ChunkSize;

    internal readonly struct Square : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => x * x;
    }

    private static void Kernel(ArrayView<float> x, ArrayView<float> sums)
    {
        EarlierLaunches.Await();
        var shared = SharedMemory.Allocate<float>(Strands.Lanes);
        int lane = Group.IdxX;
        int end = (Grid.IdxX + 1) * ChunkSums.ChunkSize;
        if (end > x.IntLength)
            end = x.IntLength;
        var squares = new StrandSquares(0);
        new Strand<ColumnReader, float, Eight<float>>(new ColumnReader(x, 0, 1), Grid.IdxX * ChunkSums.ChunkSize + lane, end, Strands.Lanes).Walk(ref squares);
        float total = Strands.GroupTotal(shared, squares.Value, lane);
        if (lane == 0)
            sums[Grid.IdxX] = total;
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public SumOfSquares(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadKernel<ArrayView<float>, ArrayView<float>>(Kernel));
    }

    /// <summary>Sums that <paramref name="length"/> elements make.</summary>
    public static int Chunks(long length) => ChunkSums.Count(length);

    /// <summary>sums[c] = Σ x² over chunk c. Overwrites the sums.</summary>
    /// <param name="x">[P].</param>
    /// <param name="sums">[<see cref="Chunks"/>]; must not overlap x.</param>
    /// <exception cref="ArgumentException">x is empty or too long, or there is not one sum a chunk.</exception>
    public void Launch(ArrayView<float> x, ArrayView<float> sums)
    {
        if (x.Length is < 1 or > MaxLength || sums.Length != Chunks(x.Length))
            throw new ArgumentException($"{x.Length} elements into {sums.Length} sums: there are 1 to {MaxLength}, and a sum for each {ChunkSums.ChunkSize}.");
        using var launch = _device.Profiler?.Begin("SumOfSquares", $"{x.Length}", 2 * x.Length, sizeof(float) * (x.Length + sums.Length));
        if (_kernel is not null)
            _kernel(_device.Stream, new KernelConfig(sums.IntLength, Strands.Lanes), x, sums);
        else
            ChunkSums.Of(_device.Team!, x.AsHostSpan(), new Square()).CopyTo(sums.AsHostSpan());
    }
}
