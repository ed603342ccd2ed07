using GpuCgan.Kernels.Devices;

namespace GpuCgan.Kernels.Tests;

/// <summary>
/// A matrix on a device between guards: a row of sentinels before and behind it and two floats at the end of every row, or as many as make each row start at a multiple of
/// 16 bytes. Whatever was not written still holds a sentinel, a NaN of its own bit pattern, so an element that an operator forgets fails every comparison.
/// </summary>
internal sealed class GuardedMatrix : IDisposable
{
    private const int RowGuard = 2;
    private const uint Sentinel = 0x7FC0_5A5A;

    private readonly DeviceArray<float> _memory;
    private readonly int _stride;

    private GuardedMatrix(ComputeDevice device, int rows, int columns, bool aligned)
    {
        _stride = aligned ? (columns + RowGuard + 3) / 4 * 4 : columns + RowGuard;
        _memory = device.Allocate<float>((rows + 2) * _stride);
        var all = new float[_memory.Length];
        Array.Fill(all, BitConverter.UInt32BitsToSingle(Sentinel));
        _memory.Upload(all);
        Matrix = new Matrix(_memory.View.SubView(_stride, rows * _stride), rows, columns, _stride);
    }

    public Matrix Matrix { get; }

    /// <summary>Every element holds a sentinel.</summary>
    public static GuardedMatrix Unwritten(ComputeDevice device, int rows, int columns, bool aligned = false) => new(device, rows, columns, aligned);

    public static GuardedMatrix Of(ComputeDevice device, double[,] values, bool aligned = false)
    {
        var result = new GuardedMatrix(device, values.GetLength(0), values.GetLength(1), aligned);
        var all = result._memory.Download();
        for (int i = 0; i < values.GetLength(0); i++)
        {
            for (int j = 0; j < values.GetLength(1); j++)
                all[(i + 1) * result._stride + j] = (float)values[i, j];
        }
        result._memory.Upload(all);
        return result;
    }

    /// <summary>The elements, after checking that every guard is as it was.</summary>
    public float[,] Read(string context)
    {
        var all = _memory.Download();
        var result = new float[Matrix.Rows, Matrix.Columns];
        for (int i = 0; i < all.Length; i++)
        {
            int row = i / _stride - 1, column = i % _stride;
            if (row >= 0 && row < Matrix.Rows && column < Matrix.Columns)
            {
                result[row, column] = all[i];
                BitTrace.Add(all[i]);
            }
            else
                Assert.True(BitConverter.SingleToUInt32Bits(all[i]) == Sentinel, $"{context}: the guard at row {row}, column {column} was overwritten with {all[i]}.");
        }
        return result;
    }

    public void Dispose() => _memory.Dispose();
}
