using System.Runtime.CompilerServices;
using ILGPU.Runtime;

namespace ILGPU.Execution;

/// <summary>A kernel that is called once for each element of an extent. Elements are numbered X fast, Z slow.</summary>
internal sealed class ElementKernel<TIndex> : LoadedKernel
    where TIndex : struct, IIndex
{
    private readonly Action<TIndex> body;
    private int sizeX;
    private int sizeY;

    /// <exception cref="NotSupportedException">The index is none of Index1D, Index2D and Index3D.</exception>
    public ElementKernel(Accelerator accelerator, Delegate kernel, Action<TIndex> body) : base(accelerator, kernel)
    {
        this.body = body;
        if (typeof(TIndex) != typeof(Index1D) && typeof(TIndex) != typeof(Index2D) && typeof(TIndex) != typeof(Index3D))
            throw new NotSupportedException($"Kernel '{Name}': a {typeof(TIndex).Name} cannot be a kernel's index.");
    }

    /// <exception cref="ArgumentOutOfRangeException">A coordinate is below 1 or beyond the accelerator's largest grid.</exception>
    public void Launch(TIndex extent)
    {
        Index3D size =
            typeof(TIndex) == typeof(Index1D) ? new(Unsafe.BitCast<TIndex, Index1D>(extent).X, 1, 1)
            : typeof(TIndex) == typeof(Index2D) ? new(Unsafe.BitCast<TIndex, Index2D>(extent), 1)
            : Unsafe.BitCast<TIndex, Index3D>(extent);
        if (Index3D.Min(size, Index3D.One) != Index3D.One || !size.InBoundsInclusive(Accelerator.MaxGridSize))
            throw new ArgumentOutOfRangeException(nameof(extent), $"Kernel '{Name}': extent {size} is not within 1 and {Accelerator.MaxGridSize}.");
        (sizeX, sizeY) = (size.X, size.Y);
        RunAll(size.LongSize);
    }

    protected override void Run(int core, long from, long to)
    {
        if (typeof(TIndex) == typeof(Index1D))
        {
            for (long element = from; element < to; element++)
                body(Unsafe.BitCast<Index1D, TIndex>(new((int)element)));
            return;
        }
        for (long element = from; element < to; element++)
        {
            (long rest, long x) = Math.DivRem(element, sizeX);
            if (typeof(TIndex) == typeof(Index2D))
            {
                body(Unsafe.BitCast<Index2D, TIndex>(new((int)x, (int)rest)));
                continue;
            }
            (long z, long y) = Math.DivRem(rest, sizeY);
            body(Unsafe.BitCast<Index3D, TIndex>(new((int)x, (int)y, (int)z)));
        }
    }
}
