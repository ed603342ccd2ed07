using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

/// <summary>Products in TF32: on CUDA by tensor cores, elsewhere by what computes the same without them.</summary>
public class TensorProductTests
{
    /// <summary>Precision, rows of the tile, M, K, N, seed: the edges of the tiles, 16×32 and 32×32, of a warp's k, 16, of the teams', 128, and of the runs under way, two, three and four of those.</summary>
    public static IEnumerable<object[]> Shapes =>
    [
        [Precision.Tf32, 16, 1, 1, 2, 1], [Precision.Tf32, 16, 16, 128, 32, 2], [Precision.Tf32, 16, 17, 260, 33, 3], [Precision.Tf32, 16, 3, 524, 8, 4], [Precision.Tf32, 16, 33, 23, 40, 5],
        [Precision.Tf32, 32, 7, 16, 31, 6], [Precision.Tf32, 32, 32, 128, 32, 7], [Precision.Tf32, 32, 33, 129, 34, 8], [Precision.Tf32, 32, 5, 400, 5, 9],
        [Precision.Tf32x3, 16, 17, 145, 5, 10], [Precision.Tf32x3, 32, 33, 20, 35, 11],
    ];

    [Theory]
    [OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void ProductsAreThoseOfTheReferenceToTheBitsOfAPiece(string device, Precision precision, int rows, int m, int k, int n, int seed)
    {
        // Tests of other classes want this device in single precision.
        using var own = OwnDevice(device, precision);
        var d = own ?? TestDevice.Get(device);
        var gemm = new Gemm(d, precision, emulateTensors: own is null) { Tile = new(rows, 32) };
        double[,] x = Draw.Uniform(m, k, seed), w = Draw.Uniform(k, n, seed + 1), dy = Draw.Uniform(m, n, seed + 2), dw0 = Draw.Uniform(k, n, seed + 3), b = Draw.Uniform(1, n, seed + 4);
        foreach (bool aligned in (bool[])[true, false])
        {
            string context = $"{device} {precision} {rows}×32 M={m} K={k} N={n} seed={seed} aligned={aligned}";
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
            Assert.Null(Furthest(ReferenceGemm.Forward(x, w, [.. b.Cast<double>()]), ReferenceGemm.Forward(Magnitudes(x), Magnitudes(w), null), k, precision, y.Read(context)));
            Assert.Null(Furthest(ReferenceGemm.InputGradient(dy, w), ReferenceGemm.InputGradient(Magnitudes(dy), Magnitudes(w)), n, precision, dx.Read(context)));
            Assert.Null(Furthest(gradient, ReferenceGemm.WeightGradient(Magnitudes(x), Magnitudes(dy)), m, precision, dw.Read(context)));
        }
    }

    /// <summary>Integers up to 2¹¹ are TF32 numbers, so their products are exact, and 2¹¹ + 1 lies half-way and is rounded away from zero: a product that was not rounded would show. One k alone would be a product in single precision.</summary>
    [Theory]
    [OnCpuIlgpu, OnCuda, OnOpenCl]
    public void OperandsAreRoundedToElevenBits(string device)
    {
        using var own = OwnDevice(device, Precision.Tf32);
        var d = own ?? TestDevice.Get(device);
        var gemm = new Gemm(d, Precision.Tf32, emulateTensors: own is null);
        using var x = GuardedMatrix.Of(d, new double[,] { { 2047, 0 }, { 2049, 0 }, { -2049, 0 } });
        using var w = GuardedMatrix.Of(d, new double[,] { { 1, 3 }, { 1, 1 } });
        using var y = GuardedMatrix.Unwritten(d, 3, 2);
        gemm.Forward(x.Matrix, w.Matrix, default, y.Matrix, Activation.Identity);
        Close.AssertEqual(new double[,] { { 2047, 6141 }, { 2050, 6150 }, { -2050, -6150 } }, y.Read(device), device);
    }

    /// <summary>As above, in two pieces: of 2²³ − 1, which is their sum to the bit, and of 2²³ + 2, all products are exact, where one piece makes 2²³ of both.</summary>
    [Theory]
    [OnCpuIlgpu, OnCuda, OnOpenCl]
    public void TwoPiecesHoldTwentyTwoBits(string device)
    {
        using var own = OwnDevice(device, Precision.Tf32x3);
        var d = own ?? TestDevice.Get(device);
        var gemm = new Gemm(d, Precision.Tf32x3, emulateTensors: own is null);
        using var x = GuardedMatrix.Of(d, new double[,] { { 8388607, 0 }, { -8388610, 0 }, { 1, 1 } });
        using var w = GuardedMatrix.Of(d, new double[,] { { 1, 2 }, { 8388606, -1 } });
        using var y = GuardedMatrix.Unwritten(d, 3, 2);
        gemm.Forward(x.Matrix, w.Matrix, default, y.Matrix, Activation.Identity);
        Close.AssertEqual(new double[,] { { 8388607, 16777214 }, { -8388610, -16777220 }, { 8388607, 1 } }, y.Read(device), device);
    }

    /// <summary>Of up to 128 rows, where tensor cores are slower, a weight gradient is in single precision: 2¹¹ + 1 stays what it is.</summary>
    [Theory]
    [OnCpuIlgpu, OnCuda, OnOpenCl]
    public void AShallowWeightGradientIsNotRounded(string device)
    {
        using var own = OwnDevice(device, Precision.Tf32);
        var d = own ?? TestDevice.Get(device);
        var gemm = new Gemm(d, Precision.Tf32, emulateTensors: own is null);
        foreach (var (rows, expected) in (ReadOnlySpan<(int, double)>)[(128, 2049), (129, 2050)])
        {
            var values = new double[rows, 2];
            values[0, 0] = 2049;
            var ones = new double[rows, 2];
            ones[0, 0] = ones[0, 1] = 1;
            using var x = GuardedMatrix.Of(d, values);
            using var dy = GuardedMatrix.Of(d, ones);
            using var dw = GuardedMatrix.Unwritten(d, 2, 2);
            gemm.WeightGradient(x.Matrix, dy.Matrix, dw.Matrix, accumulate: false);
            Close.AssertEqual(new double[,] { { expected, expected }, { 0, 0 } }, dw.Read(device), $"{device}, {rows} rows");
        }
    }

    /// <summary>The order of a sum is that of K alone.</summary>
    [Theory]
    [OnCpuIlgpu, OnCuda, OnOpenCl]
    public void BothTilesGiveTheSameBits(string device)
    {
        foreach (var precision in (Precision[])[Precision.Tf32, Precision.Tf32x3])
        {
            using var own = OwnDevice(device, precision);
            var d = own ?? TestDevice.Get(device);
            using var x = GuardedMatrix.Of(d, Draw.Uniform(40, 300, 12));
            using var w = GuardedMatrix.Of(d, Draw.Uniform(300, 36, 13));
            using var low = GuardedMatrix.Unwritten(d, 40, 36);
            using var high = GuardedMatrix.Unwritten(d, 40, 36);
            foreach (var (rows, y) in (ReadOnlySpan<(int, GuardedMatrix)>)[(16, low), (32, high)])
                new Gemm(d, precision, emulateTensors: own is null) { Tile = new(rows, 32) }.Forward(x.Matrix, w.Matrix, default, y.Matrix, Activation.Identity);
            Assert.Equal(low.Read(device), high.Read(device));
        }
    }

    [Theory]
    [OnCpuIlgpu, OnCuda, OnOpenCl]
    public void TheEpilogueHasTheBitsOfLaunchesBehindIt(string device)
    {
        using var own = OwnDevice(device, Precision.Tf32);
        var d = own ?? TestDevice.Get(device);
        GemmTests.EpilogueHasTheBitsOfLaunchesBehindIt(d, new Gemm(d, Precision.Tf32, emulateTensors: own is null), device, Activation.LeakyRelu(0.2f), m: 33, k: 66, n: 35, rate: 0.4f, seed: 11);
    }

    [Theory]
    [InlineData("cpu", Precision.Tf32, "tf32"), InlineData("cpu-ilgpu", Precision.Tf32, "tf32"), InlineData("cpu", Precision.Tf32x3, "tf32x3")]
    public void ADeviceWithoutTensorCoresIsRefused(string device, Precision precision, string name)
    {
        var e = Assert.Throws<DeviceNotFoundException>(() => ComputeDevice.Open(device, precision: precision));
        Assert.StartsWith($"precision {name}: {device} has no tensor cores", e.Message, StringComparison.Ordinal);
    }

    /// <summary>A GPU in a precision: tests of other classes want theirs in single precision. Null elsewhere, where tensor cores are emulated.</summary>
    private static ComputeDevice? OwnDevice(string device, Precision precision) => device == "cuda" ? ComputeDevice.Open(device, precision: precision) : null;

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
    private static string? Furthest(double[,] expected, double[,] magnitudes, int depth, Precision precision, float[,] actual)
    {
        double relative = Math.Pow(2, precision == Precision.Tf32 ? -10 : -21) + (depth + 1) * Math.Pow(2, -22);
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
