using GpuCgan.Kernels.Devices;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// y = [a | b] over a [M, A], b [M, B] and y [M, A + B]; overwrites y. Backward needs no operator: da and db are slices of dy's columns.
/// </summary>
/// <remarks>
/// A network seldom needs it: whatever makes a or b can write into <see cref="Matrix.SliceColumns"/> of y itself, which costs nothing. It is for
/// inputs that come from elsewhere.
/// </remarks>
public sealed class Concatenate(ComputeDevice device)
{
    private readonly CopyMatrix _copy = new(device);

    /// <summary>y = [a | b]. Overwrites y, which must not overlap a and b.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Launch(Matrix a, Matrix b, Matrix y)
    {
        if (a.Rows != y.Rows || b.Rows != y.Rows || (long)a.Columns + b.Columns != y.Columns)
            throw new ArgumentException($"{a} and {b} side by side do not make {y}.");
        _copy.Launch(a, y.SliceColumns(0, a.Columns));
        _copy.Launch(b, y.SliceColumns(a.Columns, b.Columns));
    }
}
