using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

/// <summary>Products in TF32: on CUDA by tensor cores, elsewhere by what computes the same without them.</summary>
public class TensorProductTests
{
    /// <summary>M, K, N, seed: the tile's edges, 32×32, its slices' and teams', 64, 32 and 8 deep.</summary>
    public static IEnumerable<object[]> Shapes => [[1, 1, 2, 1], [16, 8, 8, 2], [32, 64, 32, 3], [33, 65, 34, 4], [7, 130, 40, 5], [64, 23, 31, 6]];

    [Theory]
    [OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void ProductsAreThoseOfTheReferenceToElevenBits(string device, int m, int k, int n, int seed)
    {
        // Tests of other classes want this device in single precision.
        using var tf32 = device == "cuda" ? ComputeDevice.Open(device, precision: Precision.Tf32) : null;
        var d = tf32 ?? TestDevice.Get(device);
        var gemm = new Gemm(d, emulateTensors: tf32 is null);
        double[,] x = Draw.Uniform(m, k, seed), w = Draw.Uniform(k, n, seed + 1), dy = Draw.Uniform(m, n, seed + 2), dw0 = Draw.Uniform(k, n, seed + 3), b = Draw.Uniform(1, n, seed + 4);
        foreach (bool aligned in (bool[])[true, false])
        {
            string context = $"{device} M={m} K={k} N={n} seed={seed} aligned={aligned}";
            using var gx = GuardedMatrix.Of(d, x, aligned);
            using var gw = GuardedMatrix.Of(d, w, aligned);
            using var gdy = GuardedMatrix.Of(d, dy, aligned);
            using var y = GuardedMatrix.Unwritten(d, m, n, aligned);
            using var dx = GuardedMatrix.Unwritten(d, m, k, aligned);
            using var dw = GuardedMatrix.Of(d, dw0, aligned);
            using var bias = d.Allocate<float>(n);
            bias.Upload([.. b.Cast<double>().Select(v => (float)v)]);
            gemm.Forward(gx.Matrix, gw.Matrix, bias.View, y.Matrix, Activation.Identity);
            gemm.InputGradient(gdy.Matrix, gw.Matrix, dx.Matrix);
            gemm.WeightGradient(gx.Matrix, gdy.Matrix, dw.Matrix, accumulate: true);
            double[,] gradient = ReferenceGemm.WeightGradient(x, dy);
            for (int i = 0; i < k; i++)
            {
                for (int j = 0; j < n; j++)
                    gradient[i, j] += dw0[i, j];
            }
            Assert.Null(Furthest(ReferenceGemm.Forward(x, w, [.. b.Cast<double>()]), ReferenceGemm.Forward(Magnitudes(x), Magnitudes(w), null), k, y.Read(context)));
            Assert.Null(Furthest(ReferenceGemm.InputGradient(dy, w), ReferenceGemm.InputGradient(Magnitudes(dy), Magnitudes(w)), n, dx.Read(context)));
            Assert.Null(Furthest(gradient, ReferenceGemm.WeightGradient(Magnitudes(x), Magnitudes(dy)), m, dw.Read(context)));
        }
    }

    /// <summary>Integers up to 2¹¹ are TF32 numbers, so their products are exact, and 2¹¹ + 1 lies half-way and is rounded away from zero: a product that was not rounded would show. One k alone would be a product in single precision.</summary>
    [Theory]
    [OnCpuIlgpu, OnCuda, OnOpenCl]
    public void OperandsAreRoundedToElevenBits(string device)
    {
        using var tf32 = device == "cuda" ? ComputeDevice.Open(device, precision: Precision.Tf32) : null;
        var d = tf32 ?? TestDevice.Get(device);
        var gemm = new Gemm(d, emulateTensors: tf32 is null);
        using var x = GuardedMatrix.Of(d, new double[,] { { 2047, 0 }, { 2049, 0 }, { -2049, 0 } });
        using var w = GuardedMatrix.Of(d, new double[,] { { 1, 3 }, { 1, 1 } });
        using var y = GuardedMatrix.Unwritten(d, 3, 2);
        gemm.Forward(x.Matrix, w.Matrix, default, y.Matrix, Activation.Identity);
        Close.AssertEqual(new double[,] { { 2047, 6141 }, { 2050, 6150 }, { -2050, -6150 } }, y.Read(device), device);
    }

    [Theory]
    [OnCpuIlgpu, OnCuda, OnOpenCl]
    public void TheEpilogueHasTheBitsOfLaunchesBehindIt(string device)
    {
        using var tf32 = device == "cuda" ? ComputeDevice.Open(device, precision: Precision.Tf32) : null;
        var d = tf32 ?? TestDevice.Get(device);
        GemmTests.EpilogueHasTheBitsOfLaunchesBehindIt(d, new Gemm(d, emulateTensors: tf32 is null), device, Activation.LeakyRelu(0.2f), m: 33, k: 66, n: 35, rate: 0.4f, seed: 11);
    }

    [Theory]
    [InlineData("cpu"), InlineData("cpu-ilgpu")]
    public void ADeviceWithoutTensorCoresIsRefused(string device)
    {
        var e = Assert.Throws<DeviceNotFoundException>(() => ComputeDevice.Open(device, precision: Precision.Tf32));
        Assert.StartsWith($"precision tf32: {device} has no tensor cores", e.Message, StringComparison.Ordinal);
    }

    private static double[,] Magnitudes(double[,] x)
    {
        var result = new double[x.GetLength(0), x.GetLength(1)];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < x.GetLength(1); j++)
                result[i, j] = Math.Abs(x[i, j]);
        }
        return result;
    }

    /// <summary>The first element that is further off than <see cref="Gemm"/> states, and 2⁻²³·4 for what the epilogue adds, of magnitude up to 1; NaN is.</summary>
    private static string? Furthest(double[,] expected, double[,] magnitudes, int depth, float[,] actual)
    {
        double relative = Math.Pow(2, -10) + (depth + 1) * Math.Pow(2, -22);
        for (int i = 0; i < expected.GetLength(0); i++)
        {
            for (int j = 0; j < expected.GetLength(1); j++)
            {
                double bound = relative * magnitudes[i, j] + Math.Pow(2, -21) * (1 + magnitudes[i, j]);
                if (!(Math.Abs(actual[i, j] - expected[i, j]) <= bound))
                    return $"[{i}, {j}]: {actual[i, j]} for {expected[i, j]} ± {bound}";
            }
        }
        return null;
    }
}
