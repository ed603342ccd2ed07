using ILGPU;

namespace GpuCgan.Kernels.Schemes;

/// <summary>Two floats that are read at one place.</summary>
internal readonly struct Pair(float a, float b)
{
    public readonly float A = a, B = b;
}

/// <summary>Reads down a column: its places are rows.</summary>
internal readonly struct ColumnReader(ArrayView<float> x, int column, int stride) : IStrandReader<float>
{
    private readonly ArrayView<float> _x = x;
    private readonly int _column = column, _stride = stride;

    public float Read(int place) => _x[place * _stride + _column];
}

/// <summary>Reads along two rows at once: its places are columns.</summary>
internal readonly struct RowPairReader(ArrayView<float> a, int aStart, ArrayView<float> b, int bStart) : IStrandReader<Pair>
{
    private readonly ArrayView<float> _a = a, _b = b;
    private readonly int _aStart = aStart, _bStart = bStart;

    public Pair Read(int place) => new(_a[_aStart + place], _b[_bStart + place]);
}
