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

    /// <summary>Columns that are moved together. The last ones of a row overlap those before them, so nothing beyond the row is touched.</summary>
    private const int Together = 8;

    /// <summary>padded ← plane [H·W], with zeros around it.</summary>
    public void Write(ref float plane, ref float padded)
    {
        MemoryMarshal.CreateSpan(ref padded, PlaneSize).Clear();
        padded = ref Unsafe.Add(ref padded, _shape.Padding * _rowPitch);
        if (Residues > 2 || _shape.Width < Together)
        {
            for (int row = 0; row < _shape.Height; row++)
            {
                ref float from = ref Unsafe.Add(ref plane, row * _shape.Width);
                ref float to = ref Unsafe.Add(ref padded, row * _rowPitch);
                if (Residues == 1)
                    MemoryMarshal.CreateSpan(ref from, _shape.Width).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref to, _shape.Padding), _shape.Width));
                for (int column = 0; Residues > 1 && column < _shape.Width; column++)
                    Unsafe.Add(ref to, Sorted(column)) = Unsafe.Add(ref from, column);
            }
            return;
        }
        for (int column = 0; column < _shape.Width; column += Together)
        {
            int first = Math.Min(column, _shape.Width - Together);
            ref float from = ref Unsafe.Add(ref plane, first);
            ref float to = ref Unsafe.Add(ref padded, Sorted(first));
            nint next = Sorted(first + 1) - Sorted(first);
            for (int row = 0; row < _shape.Height; row++)
            {
                var pixels = Vector256.LoadUnsafe(ref from);
                if (Residues == 1)
                    pixels.StoreUnsafe(ref to);
                else
                {
                    pixels = Vector256.Shuffle(pixels, Vector256.Create(0, 2, 4, 6, 1, 3, 5, 7));
                    pixels.GetLower().StoreUnsafe(ref to);
                    pixels.GetUpper().StoreUnsafe(ref Unsafe.Add(ref to, next));
                }
                from = ref Unsafe.Add(ref from, _shape.Width);
                to = ref Unsafe.Add(ref to, _rowPitch);
            }
        }
    }

    /// <summary>plane [H·W] ← padded, without what lies around it.</summary>
    public void Read(ref float padded, ref float plane)
    {
        padded = ref Unsafe.Add(ref padded, _shape.Padding * _rowPitch);
        if (Residues > 2 || _shape.Width < Together)
        {
            for (int row = 0; row < _shape.Height; row++)
            {
                for (int column = 0; column < _shape.Width; column++)
                    Unsafe.Add(ref plane, row * _shape.Width + column) = Unsafe.Add(ref padded, row * _rowPitch + Sorted(column));
            }
            return;
        }
        for (int column = 0; column < _shape.Width; column += Together)
        {
            int first = Math.Min(column, _shape.Width - Together);
            ref float from = ref Unsafe.Add(ref padded, Sorted(first));
            ref float to = ref Unsafe.Add(ref plane, first);
            nint next = Sorted(first + 1) - Sorted(first);
            for (int row = 0; row < _shape.Height; row++)
            {
                var pixels = Residues == 1
                    ? Vector256.LoadUnsafe(ref from)
                    : Vector256.Shuffle(Vector256.Create(Vector128.LoadUnsafe(ref from), Vector128.LoadUnsafe(ref Unsafe.Add(ref from, next))), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7));
                pixels.StoreUnsafe(ref to);
                from = ref Unsafe.Add(ref from, _rowPitch);
                to = ref Unsafe.Add(ref to, _shape.Width);
            }
        }
    }

    /// <summary>Where a column of the image lies in a sorted row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Sorted(int column)
    {
        int padded = column + _shape.Padding;
        // The usual strides need no division.
        return Residues == 1 ? padded : Residues == 2 ? (padded & 1) * _pitch + (padded >> 1) : padded % Residues * _pitch + padded / Residues;
    }
}
