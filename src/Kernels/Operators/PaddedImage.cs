using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
            {
                MemoryMarshal.CreateSpan(ref from, _shape.Width).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref to, _shape.Padding), _shape.Width));
                continue;
            }
            for (int first = 0; first < Math.Min(Residues, _shape.Width); first++)
            {
                ref float sorted = ref Unsafe.Add(ref to, Sorted(first));
                for (int column = first; column < _shape.Width; column += Residues)
                {
                    sorted = Unsafe.Add(ref from, column);
                    sorted = ref Unsafe.Add(ref sorted, 1);
                }
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
            {
                MemoryMarshal.CreateSpan(ref Unsafe.Add(ref from, _shape.Padding), _shape.Width).CopyTo(MemoryMarshal.CreateSpan(ref to, _shape.Width));
                continue;
            }
            for (int first = 0; first < Math.Min(Residues, _shape.Width); first++)
            {
                ref float sorted = ref Unsafe.Add(ref from, Sorted(first));
                for (int column = first; column < _shape.Width; column += Residues)
                {
                    Unsafe.Add(ref to, column) = sorted;
                    sorted = ref Unsafe.Add(ref sorted, 1);
                }
            }
        }
    }

    /// <summary>Where a column of the image lies in a sorted row.</summary>
    private int Sorted(int column) => (column + _shape.Padding) % Residues * _pitch + (column + _shape.Padding) / Residues;
}
