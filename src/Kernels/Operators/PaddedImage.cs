using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// How the wide twins of <see cref="Convolution"/> lay an image out in their scratch memory: with its zeros around it, so that no window asks where the edge is, and
/// with the columns of each row sorted by their residue modulo <see cref="Residues"/>. With as many residues as the stride, what neighbouring windows read through
/// one tap lies side by side; with one, a row lies as it is.
/// </summary>
internal readonly struct PaddedImage
{
    private readonly ConvShape _shape;
    private readonly int _pitch;
    private readonly int _rowPitch;

    public PaddedImage(ConvShape shape, int residues)
    {
        _shape = shape;
        Residues = residues;
        _pitch = (shape.Width + 2 * shape.Padding + residues - 1) / residues;
        _rowPitch = residues * _pitch;
        PlaneSize = (shape.Height + 2 * shape.Padding) * _rowPitch;
    }

    public int Residues { get; }

    /// <summary>Floats a channel.</summary>
    public int PlaneSize { get; }

    /// <summary>Floats from a window to the one below it.</summary>
    public int WindowRow => _shape.Stride * _rowPitch;

    /// <summary>Floats from a window to its right neighbour: 1 where the columns are sorted by the stride.</summary>
    public int WindowColumn => _shape.Stride / Residues;

    /// <summary>Where a tap of the kernel lies, from the start of its window.</summary>
    public int Tap(int row, int column) => row * _rowPitch + column % Residues * _pitch + column / Residues;

    /// <summary>Where tap <paramref name="tap"/> of all channels' taps lies, in the order of the weights' columns.</summary>
    public int ChannelTap(int tap)
    {
        int inKernel = tap % _shape.KernelSize;
        return tap / _shape.KernelSize * PlaneSize + Tap(inKernel / _shape.KernelWidth, inKernel % _shape.KernelWidth);
    }

    /// <summary>padded ← plane [H·W], with zeros around it.</summary>
    public void Write(ref float plane, ref float padded)
    {
        MemoryMarshal.CreateSpan(ref padded, PlaneSize).Clear();
        for (int row = 0; row < _shape.Height; row++)
        {
            ref float from = ref Unsafe.Add(ref plane, row * _shape.Width);
            ref float to = ref Unsafe.Add(ref padded, (row + _shape.Padding) * _rowPitch);
            if (Residues == 1)
                MemoryMarshal.CreateSpan(ref from, _shape.Width).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref to, _shape.Padding), _shape.Width));
            else if (Residues == 2 && _shape.Width >= Pairs)
                SortPairs(ref from, ref to);
            else
            {
                for (int column = 0; column < _shape.Width; column++)
                    Unsafe.Add(ref to, Sorted(column)) = Unsafe.Add(ref from, column);
            }
        }
    }

    /// <summary>plane [H·W] ← padded, without what lies around it.</summary>
    public void Read(ref float padded, ref float plane)
    {
        for (int row = 0; row < _shape.Height; row++)
        {
            ref float from = ref Unsafe.Add(ref padded, (row + _shape.Padding) * _rowPitch);
            ref float to = ref Unsafe.Add(ref plane, row * _shape.Width);
            if (Residues == 1)
                MemoryMarshal.CreateSpan(ref Unsafe.Add(ref from, _shape.Padding), _shape.Width).CopyTo(MemoryMarshal.CreateSpan(ref to, _shape.Width));
            else if (Residues == 2 && _shape.Width >= Pairs)
                JoinPairs(ref from, ref to);
            else
            {
                for (int column = 0; column < _shape.Width; column++)
                    Unsafe.Add(ref to, column) = Unsafe.Add(ref from, Sorted(column));
            }
        }
    }

    /// <summary>Columns that are sorted by two together. The last ones of a row overlap those before them, so nothing beyond the row is touched.</summary>
    private const int Pairs = 8;

    private void SortPairs(ref float from, ref float to)
    {
        for (int column = 0; column < _shape.Width; column += Pairs)
        {
            int first = Math.Min(column, _shape.Width - Pairs);
            var sorted = Vector256.Shuffle(Vector256.LoadUnsafe(ref from, (nuint)first), Vector256.Create(0, 2, 4, 6, 1, 3, 5, 7));
            sorted.GetLower().StoreUnsafe(ref to, (nuint)Sorted(first));
            sorted.GetUpper().StoreUnsafe(ref to, (nuint)Sorted(first + 1));
        }
    }

    private void JoinPairs(ref float from, ref float to)
    {
        for (int column = 0; column < _shape.Width; column += Pairs)
        {
            int first = Math.Min(column, _shape.Width - Pairs);
            var sorted = Vector256.Create(Vector128.LoadUnsafe(ref from, (nuint)Sorted(first)), Vector128.LoadUnsafe(ref from, (nuint)Sorted(first + 1)));
            Vector256.Shuffle(sorted, Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).StoreUnsafe(ref to, (nuint)first);
        }
    }

    /// <summary>Where a column of the image lies in a sorted row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Sorted(int column)
    {
        int padded = column + _shape.Padding;
        // The usual stride needs no division.
        return Residues == 2 ? (padded & 1) * _pitch + (padded >> 1) : padded % Residues * _pitch + padded / Residues;
    }
}
