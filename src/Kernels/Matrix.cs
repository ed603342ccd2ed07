using ILGPU;

namespace GpuCgan.Kernels;

/// <summary>
/// A borrowed row-major matrix in device memory: element (r, c) lies at <c>Data[r·Stride + c]</c>. Concatenation is two slices of
/// one wider matrix, so nothing is copied to join an image and its label.
/// </summary>
public readonly struct Matrix
{
    /// <summary>The elements, Stride·(Rows−1) + Columns of them or more.</summary>
    public readonly ArrayView<float> Data;

    /// <summary>Rows: samples of a batch, or inputs of a weight matrix.</summary>
    public readonly int Rows;

    /// <summary>Columns: features.</summary>
    public readonly int Columns;

    /// <summary>Floats from one row to the next; at least <see cref="Columns"/>.</summary>
    public readonly int Stride;

    /// <summary>Rows·Columns.</summary>
    public long Elements => (long)Rows * Columns;

    /// <summary>A matrix over <paramref name="data"/>.</summary>
    /// <exception cref="ArgumentException">The view is too short, a size is not positive, or the stride is below the columns.</exception>
    public Matrix(ArrayView<float> data, int rows, int columns, int stride)
    {
        if (rows < 1 || columns < 1 || stride < columns || data.Length < (long)stride * (rows - 1) + columns)
            throw new ArgumentException($"A {rows}×{columns} matrix of stride {stride} does not fit {data.Length} elements.");
        Data = data;
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    /// <summary>A matrix without gaps between its rows.</summary>
    public Matrix(ArrayView<float> data, int rows, int columns) : this(data, rows, columns, columns)
    {
    }

    /// <summary>
    /// The stride for a batch of <paramref name="columns"/> floats a row: rows start at multiples of 64 bytes, a cache line and a 512-bit vector, and
    /// not at multiples of 256, so that the rows of a block do not fall into the same few sets of a cache.
    /// </summary>
    public static int AlignedStride(int columns)
    {
        int stride = (columns + 15) & ~15;
        return stride % 64 == 0 ? stride + 16 : stride;
    }

    /// <summary>Columns <paramref name="start"/> … start+count−1 of every row.</summary>
    public Matrix SliceColumns(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)start + count, Columns, nameof(count));
        return new Matrix(Data.SubView(start, (long)Stride * (Rows - 1) + count), Rows, count, Stride);
    }

    /// <summary>Rows <paramref name="start"/> … start+count−1.</summary>
    public Matrix SliceRows(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)start + count, Rows, nameof(count));
        return new Matrix(Data.SubView((long)start * Stride, (long)Stride * (count - 1) + Columns), count, Columns, Stride);
    }

    /// <summary>Rows×columns, for messages.</summary>
    public override string ToString() => $"{Rows}×{Columns}";
}
