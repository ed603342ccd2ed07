using ILGPU;

namespace GpuCgan.Kernels.Numerics;

/// <summary>
/// Four columns of a row of a matrix, a step apart, which a lane reads and writes together. Where the last of them lie beyond the matrix, the first is read in their place and nothing is
/// stored: so nothing branches around a read.
/// </summary>
internal readonly struct RowFour(int first, int step, int end)
{
    public readonly int First = first;

    private readonly int _step = step;

    // From the first to the others; 0 beyond the end.
    private readonly int _to1 = first + step < end ? step : 0, _to2 = first + 2 * step < end ? 2 * step : 0, _to3 = first + 3 * step < end ? 3 * step : 0;

    private bool AreNeighbours => _step == 1 && _to3 != 0;

    /// <summary>The elements at <paramref name="index"/> and so on; at once where <paramref name="inFours"/> is not 0 and they are neighbours.</summary>
    public Float4 Read(ArrayView<float> x, int index, int inFours) => inFours != 0 && AreNeighbours
        ? x.Cast<Float4>()[index >> 2]
        : new(x[index], x[index + _to1], x[index + _to2], x[index + _to3]);

    /// <summary>Writes those of them that there are.</summary>
    public void Write(ArrayView<float> x, int index, Float4 four, int inFours)
    {
        if (inFours != 0 && AreNeighbours)
        {
            x.Cast<Float4>()[index >> 2] = four;
            return;
        }
        x[index] = four.X;
        if (_to1 != 0)
            x[index + _to1] = four.Y;
        if (_to2 != 0)
            x[index + _to2] = four.Z;
        if (_to3 != 0)
            x[index + _to3] = four.W;
    }
}
