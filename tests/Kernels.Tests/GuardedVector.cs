using GpuCgan.Kernels.Devices;
using ILGPU;

namespace GpuCgan.Kernels.Tests;

/// <summary>A vector on a device between guards; see <see cref="GuardedMatrix"/>.</summary>
internal sealed class GuardedVector : IDisposable
{
    private readonly GuardedMatrix _matrix;

    private GuardedVector(GuardedMatrix matrix) => _matrix = matrix;

    public ArrayView<float> View => _matrix.Matrix.Data.SubView(0, _matrix.Matrix.Columns);

    /// <summary>Every element holds a sentinel.</summary>
    public static GuardedVector Unwritten(ComputeDevice device, int length) => new(GuardedMatrix.Unwritten(device, 1, length));

    public static GuardedVector Of(ComputeDevice device, params double[] values)
    {
        var row = new double[1, values.Length];
        for (int i = 0; i < values.Length; i++)
            row[0, i] = values[i];
        return new(GuardedMatrix.Of(device, row));
    }

    /// <summary>The elements, after checking that every guard is as it was.</summary>
    public float[] Read(string context) => [.. _matrix.Read(context).Cast<float>()];

    /// <summary>Every guard as it was, every element finite and |a − r| ≤ atol + rtol·|r|.</summary>
    public void AssertClose(double[] reference, double atol, double rtol, string context)
    {
        var actual = Read(context);
        Assert.Equal(reference.Length, actual.Length);
        for (int i = 0; i < actual.Length; i++)
            Close.Assert(reference[i], actual[i], atol, rtol, $"{context}, element {i}");
    }

    public void Dispose() => _matrix.Dispose();
}
