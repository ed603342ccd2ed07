using ILGPU;

namespace GpuCgan.Kernels;

/// <summary>
/// A borrowed matrix of a layer's weights, or of their gradient, [inputs, outputs], for the products: row-major like any <see cref="Matrix"/>, which converts to it, or, on <c>cpu</c>, in strips of
/// sixteen columns: element (r, c) then lies at <c>Data[c / 16 · Strip + 16·r + c % 16]</c>.
/// </summary>
/// <remarks>
/// In strips the products read weights where they lie, one cache line behind the other. Sixteen columns of a row-major matrix are a line here and a line there, pages apart, so that a product of few rows took a third of its time to copy them
/// together. What treats all weights alike, an optimiser or an average, sees the same floats in another order.
/// </remarks>
public readonly struct WeightMatrix
{
    /// <summary>Columns of a strip: those of a cache line.</summary>
    public const int StripColumns = 16;

    /// <summary>The elements from the first row on.</summary>
    public readonly ArrayView<float> Data;

    /// <summary>Rows: inputs of the layer.</summary>
    public readonly int Rows;

    /// <summary>Columns: its outputs.</summary>
    public readonly int Columns;

    /// <summary>Floats from one row to the next; in strips <see cref="StripColumns"/>.</summary>
    public readonly int Stride;

    /// <summary>Floats from one strip to the next; 0 where the matrix is row-major.</summary>
    public readonly int Strip;

    private WeightMatrix(ArrayView<float> data, int rows, int columns, int stride, int strip)
    {
        Data = data;
        Rows = rows;
        Columns = columns;
        Stride = stride;
        Strip = strip;
    }

    /// <summary>A row-major matrix as weights.</summary>
    public static implicit operator WeightMatrix(Matrix matrix) => new(matrix.Data, matrix.Rows, matrix.Columns, matrix.Stride, 0);

    /// <summary>Whether <paramref name="columns"/> columns are whole strips.</summary>
    public static bool AreStrips(int columns) => columns % StripColumns == 0;

    /// <summary>A matrix in strips over <paramref name="data"/>, which has as many floats.</summary>
    /// <exception cref="ArgumentException">The view is not as long, a size is not positive, or the columns are no whole strips.</exception>
    public static WeightMatrix InStrips(ArrayView<float> data, int rows, int columns)
    {
        if (rows < 1 || columns < 1 || !AreStrips(columns) || data.Length != (long)rows * columns)
            throw new ArgumentException($"A {rows}×{columns} matrix in strips of {StripColumns} columns does not fit {data.Length} elements.");
        return new(data, rows, columns, StripColumns, rows * StripColumns);
    }

    /// <summary>Whether the matrix lies in strips.</summary>
    public bool IsInStrips => Strip != 0;

    /// <summary>Rows <paramref name="start"/> … start+count−1.</summary>
    public WeightMatrix SliceRows(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)start + count, Rows, nameof(count));
        long first = (long)start * Stride;
        return new(Data.SubView(first, Data.Length - first), count, Columns, Stride, Strip);
    }

    /// <summary>Puts a matrix without gaps between its rows into strips, on the host.</summary>
    public static void ToStrips(ReadOnlySpan<float> rows, Span<float> strips, int columns)
    {
        for (int from = 0, strip = rows.Length / columns * StripColumns; from < rows.Length; from += StripColumns)
            rows.Slice(from, StripColumns).CopyTo(strips[(from % columns / StripColumns * strip + from / columns * StripColumns)..]);
    }

    /// <summary>The way back of <see cref="ToStrips"/>.</summary>
    public static void ToRows(ReadOnlySpan<float> strips, Span<float> rows, int columns)
    {
        for (int to = 0, strip = rows.Length / columns * StripColumns; to < rows.Length; to += StripColumns)
            strips.Slice(to % columns / StripColumns * strip + to / columns * StripColumns, StripColumns).CopyTo(rows[to..]);
    }

    /// <summary>Rows×columns, for messages.</summary>
    public override string ToString() => $"{Rows}×{Columns}";
}
