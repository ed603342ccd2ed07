using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

public class WeightMatrixTests
{
    /// <summary>M, K, N, first row of a slice, threads: odd numbers of strips, rows that are no whole blocks, batches of more than one part, teams that pack for themselves, some parts of the batch a worker, and for all.</summary>
    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        { 1, 1, 16, 0, 1 }, { 64, 110, 128, 0, 2 }, { 3, 37, 48, 5, 2 }, { 65, 70, 80, 6, 3 }, { 130, 33, 16, 0, 2 }, { 300, 40, 176, 7, 1 }, { 70, 90, 112, 10, 6 }, { 700, 530, 48, 0, 2 },
        { 200, 70, 32, 0, 3 }, { 300, 90, 48, 0, 6 },
    };

    /// <summary>A sum is the same chain however the weights lie, so all three products have the bits of row-major ones, slices too.</summary>
    [Theory, MemberData(nameof(Shapes))]
    public void ProductsHaveTheBitsOfRows(int m, int k, int n, int first, int threads)
    {
        using var d = ComputeDevice.Open("cpu", threads);
        var gemm = new Gemm(d);
        string context = $"M={m} K={k} N={n} first={first} threads={threads}";
        int inputs = k - first;
        using var x = GuardedMatrix.Of(d, Draw.Uniform(m, inputs, 1));
        using var dy = GuardedMatrix.Of(d, Draw.Uniform(m, n, 2));
        float[] values = [.. Draw.Uniform(k, n, 3).Cast<double>().Select(v => (float)v)];
        float[] lying = new float[k * n], back = new float[k * n];
        WeightMatrix.ToStrips(values, lying, n);
        WeightMatrix.ToRows(lying, back, n);
        Assert.Equal(values, back);
        Assert.Equal(values[(k - 1) * n + n - 1], lying[^1]);
        using var rows = d.Allocate<float>(k * n);
        using var strips = d.Allocate<float>(k * n);
        using var bias = d.Allocate<float>(n);
        rows.Upload(values);
        strips.Upload(lying);
        bias.Upload(values.AsSpan(0, n));
        // Sliced as a matrix, so not by what is tested.
        WeightMatrix byRows = new Matrix(rows.View, k, n).SliceRows(first, inputs);
        var inStrips = WeightMatrix.InStrips(strips.View, k, n).SliceRows(first, inputs);

        foreach (var b in (ILGPU.ArrayView<float>[])[default, bias.View])
        {
            using var y = GuardedMatrix.Unwritten(d, m, n);
            using var expected = GuardedMatrix.Unwritten(d, m, n);
            gemm.Forward(x.Matrix, byRows, b, expected.Matrix, b.Length == 0 ? Activation.Identity : Activation.LeakyRelu(0.2f));
            gemm.Forward(x.Matrix, inStrips, b, y.Matrix, b.Length == 0 ? Activation.Identity : Activation.LeakyRelu(0.2f));
            Assert.Equal(expected.Read(context), y.Read(context));
        }

        using var dx = GuardedMatrix.Unwritten(d, m, inputs);
        using var expectedDx = GuardedMatrix.Unwritten(d, m, inputs);
        gemm.InputGradient(dy.Matrix, byRows, expectedDx.Matrix);
        gemm.InputGradient(dy.Matrix, inStrips, dx.Matrix);
        Assert.Equal(expectedDx.Read(context), dx.Read(context));

        foreach (bool accumulate in (bool[])[false, true])
        {
            gemm.WeightGradient(x.Matrix, dy.Matrix, byRows, accumulate);
            gemm.WeightGradient(x.Matrix, dy.Matrix, inStrips, accumulate);
            WeightMatrix.ToRows(strips.Download(), back, n);
            Assert.Equal(rows.Download(), back);
        }
    }

    [Fact]
    public void OtherDevicesRefuseStrips()
    {
        var d = TestDevice.Get("cpu-ilgpu");
        using var memory = d.Allocate<float>(32);
        using var x = GuardedMatrix.Unwritten(d, 1, 2);
        using var y = GuardedMatrix.Unwritten(d, 1, 16);
        Assert.Throws<ArgumentException>(() => new Gemm(d).Forward(x.Matrix, WeightMatrix.InStrips(memory.View, 2, 16), default, y.Matrix, Activation.Identity));
        Assert.Throws<ArgumentException>(() => WeightMatrix.InStrips(memory.View, 2, 15));
    }
}
