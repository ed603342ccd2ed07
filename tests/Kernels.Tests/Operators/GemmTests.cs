using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class GemmTests
{
    /// <summary>M, K, N, seed: ones, primes, the tile's and the panel's edges, M &lt; K and K &lt; M, one column.</summary>
    public static IEnumerable<object[]> Shapes =>
    [
        [1, 1, 1, 1], [1, 7, 5, 2], [3, 1, 2, 3], [13, 17, 11, 4], [8, 16, 32, 5], [9, 15, 33, 6], [7, 33, 31, 7], [64, 16, 64, 8], [65, 17, 63, 9],
        [4, 40, 1, 10], [70, 3, 1, 11], [5, 2, 97, 12], [3, 127, 1, 13], [2, 128, 1, 14], [17, 129, 1, 15], [1, 270, 1, 16],
        // One column again, whose k are read 512 at a time.
        [5, 511, 1, 18], [4, 513, 1, 19], [3, 1030, 1, 20],
        // An odd number of panels for two threads, at each vector width: the last is split by rows.
        [63, 19, 70, 13], [33, 9, 65, 14],
    ];

    /// <summary>Shapes of the recipe, where whole panels, shared panels and both row blocks take part, and a weight gradient too deep for shared panels. Too slow for the CPU accelerator.</summary>
    public static IEnumerable<object[]> RecipeShapes => [[64, 110, 128, 21], [128, 794, 512, 22], [64, 1024, 784, 23], [128, 512, 1, 24], [1, 1024, 784, 25], [201, 64, 48, 26], [300, 101, 450, 27]];

    public static IEnumerable<object[]> AllShapes => Shapes.Concat(RecipeShapes);

    [Theory]
    [OnCpu(nameof(AllShapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(AllShapes)), OnOpenCl(nameof(AllShapes))]
    public void ProductsOfSmallIntegersAreExact(string device, int m, int k, int n, int seed)
    {
        var d = TestDevice.Get(device);
        var gemm = new Gemm(d);
        string context = $"{device} M={m} K={k} N={n} seed={seed}";
        double[,] x = Draw.Integers(m, k, seed), w = Draw.Integers(k, n, seed + 1000), dy = Draw.Integers(m, n, seed + 2000);
        double[,] b = Draw.Integers(1, n, seed + 3000), dw0 = Draw.Integers(k, n, seed + 4000);
        using var gx = GuardedMatrix.Of(d, x);
        using var gw = GuardedMatrix.Of(d, w);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var bias = d.Allocate<float>(n);
        bias.Upload([.. b.Cast<double>().Select(v => (float)v)]);

        using var y = GuardedMatrix.Unwritten(d, m, n);
        gemm.Forward(gx.Matrix, gw.Matrix, bias.View, y.Matrix, Activation.Identity);
        Close.AssertEqual(ReferenceGemm.Forward(x, w, [.. b.Cast<double>()]), y.Read(context), context + " forward");

        using var plain = GuardedMatrix.Unwritten(d, m, n);
        gemm.Forward(gx.Matrix, gw.Matrix, default, plain.Matrix, Activation.Identity);
        Close.AssertEqual(ReferenceGemm.Forward(x, w, null), plain.Read(context), context + " forward without bias");

        using var dx = GuardedMatrix.Unwritten(d, m, k);
        gemm.InputGradient(gdy.Matrix, gw.Matrix, dx.Matrix);
        Close.AssertEqual(ReferenceGemm.InputGradient(dy, w), dx.Read(context), context + " input gradient");

        using var dw = GuardedMatrix.Unwritten(d, k, n);
        gemm.WeightGradient(gx.Matrix, gdy.Matrix, dw.Matrix, accumulate: false);
        var expected = ReferenceGemm.WeightGradient(x, dy);
        Close.AssertEqual(expected, dw.Read(context), context + " weight gradient");

        using var sum = GuardedMatrix.Of(d, dw0);
        gemm.WeightGradient(gx.Matrix, gdy.Matrix, sum.Matrix, accumulate: true);
        for (int i = 0; i < k; i++)
        {
            for (int j = 0; j < n; j++)
                expected[i, j] += dw0[i, j];
        }
        Close.AssertEqual(expected, sum.Read(context), context + " accumulated weight gradient");
    }

    /// <summary>Rows and columns of a tile, of the result, how deep its sums are, seed: each tile's own edges and those of its slices, 64 or 128 deep.</summary>
    public static IEnumerable<object[]> Tiles =>
    [
        [32, 32, 32, 64, 32, 76], [32, 32, 33, 65, 34, 77], [32, 32, 5, 129, 1, 78],
        [16, 32, 16, 64, 32, 79], [16, 32, 17, 63, 36, 80], [16, 32, 7, 130, 40, 81],
        [16, 16, 16, 128, 16, 82], [16, 16, 17, 65, 18, 83], [16, 16, 3, 190, 31, 84], [16, 16, 2, 260, 5, 85],
    ];

    /// <summary>
    /// All three products, each with a result and a depth as asked. Rows whose stride is a multiple of four are read four floats at a time, the guarded ones of <see cref="GuardedMatrix"/>
    /// mostly one by one: both on every tile, and with the same bits.
    /// </summary>
    [Theory]
    [OnCpuIlgpu(nameof(Tiles)), OnCuda(nameof(Tiles)), OnOpenCl(nameof(Tiles))]
    public void EveryTileGivesTheBitsOfTheOthers(string device, int tileRows, int tileColumns, int rows, int depth, int columns, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} tile={tileRows}×{tileColumns} result={rows}×{columns} depth={depth} seed={seed}";
        double[,] left = Draw.Uniform(rows, depth, seed), right = Draw.Uniform(depth, columns, seed + 1);
        double[,] leftTurned = Turned(left), rightTurned = Turned(right);
        // Elements are uniform in (−1, 1): |error| ≤ K·2⁻²⁴·Σ|x||w|, about K²/4·2⁻²⁴, and K ≤ 260.
        const double tolerance = 1e-3;
        var expected = ReferenceGemm.Forward(left, right, null);
        var tile = new Gemm.TileSize(tileRows, tileColumns);
        // The others stand for themselves in rows of their own, so each is compared with one more.
        var other = Gemm.TileSet.Sizes[(Array.IndexOf(Gemm.TileSet.Sizes, tile) + 1) % Gemm.TileSet.Sizes.Length];
        foreach (bool aligned in (bool[])[true, false])
        {
            using var gl = GuardedMatrix.Of(d, left, aligned);
            using var gr = GuardedMatrix.Of(d, right, aligned);
            using var glt = GuardedMatrix.Of(d, leftTurned, aligned);
            using var grt = GuardedMatrix.Of(d, rightTurned, aligned);
            var bits = new List<float[,]>();
            foreach (var gemm in (Gemm[])[new(d) { Tile = tile }, new(d) { Tile = other }, new(d) { ByLanes = true }])
            {
                using var y = GuardedMatrix.Unwritten(d, rows, columns, aligned);
                using var dx = GuardedMatrix.Unwritten(d, rows, columns, aligned);
                using var dw = GuardedMatrix.Unwritten(d, rows, columns, aligned);
                gemm.Forward(gl.Matrix, gr.Matrix, default, y.Matrix, Activation.Identity);
                gemm.InputGradient(gl.Matrix, grt.Matrix, dx.Matrix);
                gemm.WeightGradient(glt.Matrix, gr.Matrix, dw.Matrix, accumulate: false);
                bits.AddRange([y.Read(context), dx.Read(context), dw.Read(context)]);
            }
            Close.Assert(expected, bits[0], tolerance, 0, context + " forward");
            Close.Assert(expected, bits[1], tolerance, 0, context + " input gradient");
            Close.Assert(expected, bits[2], tolerance, 0, context + " weight gradient");
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(bits[i], bits[i + 3]);
                Assert.Equal(bits[i], bits[i + 6]);
            }
        }
    }

    private static double[,] Turned(double[,] matrix)
    {
        var turned = new double[matrix.GetLength(1), matrix.GetLength(0)];
        for (int i = 0; i < matrix.GetLength(0); i++)
        {
            for (int j = 0; j < matrix.GetLength(1); j++)
                turned[j, i] = matrix[i, j];
        }
        return turned;
    }

    /// <summary>M, N, seed: one group and less, and more.</summary>
    public static IEnumerable<object[]> OuterProducts => [[1, 1, 91], [1, 129, 92], [130, 1, 93], [16, 8, 94], [17, 37, 95]];

    /// <summary>One k has a kernel of its own: zeros of either sign and all else come out of it as out of a tile.</summary>
    [Theory]
    [OnCpu(nameof(OuterProducts)), OnCpuIlgpu(nameof(OuterProducts)), OnCuda(nameof(OuterProducts)), OnOpenCl(nameof(OuterProducts))]
    public void AnOuterProductHasTheBitsOfATile(string device, int m, int n, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} M={m} N={n} seed={seed}";
        double[,] x = Draw.Uniform(m, 1, seed), w = Draw.Uniform(1, n, seed + 1), b = Draw.Uniform(1, n, seed + 2), dw0 = Draw.Uniform(m, n, seed + 3);
        x[m / 2, 0] = -0.0;
        w[0, n / 2] = 0;
        using var gx = GuardedMatrix.Of(d, x);
        using var gw = GuardedMatrix.Of(d, w);
        using var turned = GuardedMatrix.Of(d, Transposed(w));
        using var across = GuardedMatrix.Of(d, Transposed(x));
        using var bias = d.Allocate<float>(n);
        bias.Upload([.. b.Cast<double>().Select(v => (float)v)]);
        var bits = new List<uint[]>();
        foreach (var gemm in (Gemm[])[new(d), new(d) { Tile = new(16, 16) }])
        {
            using var y = GuardedMatrix.Unwritten(d, m, n);
            using var plain = GuardedMatrix.Unwritten(d, m, n);
            using var dx = GuardedMatrix.Unwritten(d, m, n);
            using var dw = GuardedMatrix.Of(d, dw0);
            gemm.Forward(gx.Matrix, gw.Matrix, bias.View, y.Matrix, Activation.LeakyRelu(0.2f));
            gemm.Forward(gx.Matrix, gw.Matrix, default, plain.Matrix, Activation.Identity);
            gemm.InputGradient(gx.Matrix, turned.Matrix, dx.Matrix);
            gemm.WeightGradient(across.Matrix, gw.Matrix, dw.Matrix, accumulate: true);
            // Factors below 1: rounded once each, and the product once.
            Close.Assert(ReferenceGemm.Forward(x, w, null), plain.Read(context), 2e-7, 0, context);
            bits.AddRange([Bits(y), Bits(plain), Bits(dx), Bits(dw)]);
            // On a CPU the tile is not asked for, and a sum may be −0.
            if (device != "cpu")
                Assert.DoesNotContain(BitConverter.SingleToUInt32Bits(-0f), Bits(plain));
        }
        for (int i = 0; i < 4; i++)
            Assert.Equal(bits[i + 4], bits[i]);
        Assert.Equal(bits[1], bits[2]);

        uint[] Bits(GuardedMatrix matrix) => [.. matrix.Read(context).Cast<float>().Select(BitConverter.SingleToUInt32Bits)];

        static double[,] Transposed(double[,] of)
        {
            var result = new double[of.GetLength(1), of.GetLength(0)];
            for (int i = 0; i < of.GetLength(0); i++)
            {
                for (int j = 0; j < of.GetLength(1); j++)
                    result[j, i] = of[i, j];
            }
            return result;
        }
    }

    /// <summary>132 multiprocessors are an H100's or H200's. The shapes are the recipe's at batch 64 and 512.</summary>
    [Theory]
    [InlineData(64, 512, 132, 16, 16), InlineData(64, 784, 132, 16, 32), InlineData(64, 1024, 132, 16, 32), InlineData(128, 512, 132, 16, 32), InlineData(794, 512, 132, 32, 32)]
    [InlineData(512, 512, 132, 32, 32), InlineData(512, 128, 132, 16, 32), InlineData(1, 100_000, 132, 16, 16), InlineData(100_000, 10, 132, 16, 16)]
    [InlineData(33, 33, 1, 32, 32), InlineData(17, 17, 1, 32, 32), InlineData(16, 16, 1, 16, 16)]
    public void TheTileFollowsFromTheShapeAndTheDevice(int m, int n, int multiprocessors, int rows, int columns) =>
        Assert.Equal(new Gemm.TileSize(rows, columns), Gemm.TileSet.Choose(m, n, multiprocessors));

    public static IEnumerable<object[]> Columns => [[1, 1, 61], [1, 40, 62], [2, 3, 63], [64, 33, 64], [65, 130, 65]];

    /// <summary>One column without gaps, as logits have it, is a vector, and the wide twin multiplies it from the other side.</summary>
    [Theory]
    [OnCpu(nameof(Columns)), OnCpuIlgpu(nameof(Columns)), OnCuda(nameof(Columns)), OnOpenCl(nameof(Columns))]
    public void ADenseColumnIsExactToo(string device, int m, int k, int seed)
    {
        var d = TestDevice.Get(device);
        var gemm = new Gemm(d);
        string context = $"{device} M={m} K={k} seed={seed}";
        double[,] x = Draw.Integers(m, k, seed), w = Draw.Integers(k, 1, seed + 1), dy = Draw.Integers(m, 1, seed + 2);
        using var gx = GuardedMatrix.Of(d, x);
        using var gw = GuardedMatrix.Of(d, w);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var bias = d.Allocate<float>(1);
        bias.Upload([3]);
        using var y = GuardedVector.Unwritten(d, m);
        using var dw = GuardedVector.Unwritten(d, k);
        gemm.Forward(gx.Matrix, gw.Matrix, bias.View, new Matrix(y.View, m, 1), Activation.Relu);
        gemm.WeightGradient(gx.Matrix, gdy.Matrix, new Matrix(dw.View, k, 1), accumulate: false);
        var sums = ReferenceGemm.Forward(x, w, [3]);
        Assert.Equal(Enumerable.Range(0, m).Select(i => (float)Math.Max(sums[i, 0], 0)), y.Read(context));
        var expected = ReferenceGemm.WeightGradient(x, dy);
        Assert.Equal(Enumerable.Range(0, k).Select(i => (float)expected[i, 0]), dw.Read(context));

        gemm.WeightGradient(gx.Matrix, gdy.Matrix, new Matrix(dw.View, k, 1), accumulate: true);
        Assert.Equal(Enumerable.Range(0, k).Select(i => 2 * (float)expected[i, 0]), dw.Read(context));
    }

    public static IEnumerable<object[]> Activations => [[ActivationKind.LeakyRelu, 31], [ActivationKind.Relu, 32], [ActivationKind.Tanh, 33], [ActivationKind.Sigmoid, 34]];

    [Theory]
    [OnCpu(nameof(Activations)), OnCpuIlgpu(nameof(Activations)), OnCuda(nameof(Activations)), OnOpenCl(nameof(Activations))]
    public void TheEpilogueActivates(string device, ActivationKind kind, int seed)
    {
        var d = TestDevice.Get(device);
        const int m = 5, k = 9, n = 37;
        double[,] x = Draw.Uniform(m, k, seed), w = Draw.Uniform(k, n, seed + 1), b = Draw.Uniform(1, n, seed + 2);
        using var gx = GuardedMatrix.Of(d, x);
        using var gw = GuardedMatrix.Of(d, w);
        using var bias = d.Allocate<float>(n);
        bias.Upload([.. b.Cast<double>().Select(v => (float)v)]);
        using var y = GuardedMatrix.Unwritten(d, m, n);
        new Gemm(d).Forward(gx.Matrix, gw.Matrix, bias.View, y.Matrix, ActivationTests.Of(kind));

        var expected = ReferenceGemm.Forward(x, w, [.. b.Cast<double>()]);
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
                expected[i, j] = ReferenceActivation.Forward(kind, expected[i, j]);
        }
        // K·2⁻²⁴·Σ|x||w| ≤ 10·6e-8·10 = 6e-6 for the sum; the slopes of all four are at most 1; tanh and sigmoid add 4e-7.
        Close.Assert(expected, y.Read($"{device} {kind}"), 7e-6, 1e-6, $"{device} {kind} seed={seed}");
    }

    /// <summary>Kind, M, K, N, rate, seed: what may stand in front of a mask in place, one column, the edges of a stretch of 128 numbers, a rate of 0.</summary>
    public static IEnumerable<object[]> Endings =>
    [
        [ActivationKind.LeakyRelu, 9, 70, 13, 0.4f, 91], [ActivationKind.Relu, 5, 64, 65, 0.3f, 92], [ActivationKind.Identity, 3, 63, 66, 0.5f, 93], [ActivationKind.LeakyRelu, 17, 130, 1, 0.25f, 94],
        [ActivationKind.LeakyRelu, 4, 1, 40, 0.5f, 95], [ActivationKind.Relu, 1, 33, 128, 0f, 96], [ActivationKind.LeakyRelu, 2, 20, 20, 0.999f, 97], [ActivationKind.LeakyRelu, 3, 40, 150, 0.4f, 98],
    ];

    /// <summary>Both ways of reading and storing, against launches of their own: dropout behind a product, and the way back through the product and what made its input.</summary>
    [Theory]
    [OnCpu(nameof(Endings)), OnCpuIlgpu(nameof(Endings)), OnCuda(nameof(Endings)), OnOpenCl(nameof(Endings))]
    public void TheEpilogueHasTheBitsOfLaunchesBehindIt(string device, ActivationKind kind, int m, int k, int n, float rate, int seed)
    {
        var d = TestDevice.Get(device);
        EpilogueHasTheBitsOfLaunchesBehindIt(d, new Gemm(d), $"{device} {kind} M={m} K={k} N={n} rate={rate} seed={seed}", ActivationTests.Of(kind), m, k, n, rate, seed);
    }

    internal static void EpilogueHasTheBitsOfLaunchesBehindIt(ComputeDevice d, Gemm gemm, string context, Activation f, int m, int k, int n, float rate, int seed)
    {
        var dropout = new Dropout(d);
        var activate = new Activate(d);
        using var clock = new StepClock(d, ((ulong)seed << 32) + 7);
        clock.Set(5, ((ulong)seed << 32) + 7);
        var mask = new DropoutMask(clock.View, Purpose.Dropout(2), rate);
        foreach (bool aligned in (bool[])[true, false])
        {
            using var x = GuardedMatrix.Of(d, Draw.Uniform(m, k, seed), aligned);
            using var w = GuardedMatrix.Of(d, Draw.Uniform(k, n, seed + 1), aligned);
            using var dy = GuardedMatrix.Of(d, Draw.Uniform(m, n, seed + 2), aligned);
            using var bias = GuardedMatrix.Of(d, Draw.Uniform(1, n, seed + 3));
            var b = bias.Matrix.Data.SubView(0, n);
            using var expected = GuardedMatrix.Unwritten(d, m, n, !aligned);
            using var y = GuardedMatrix.Unwritten(d, m, n, aligned);
            gemm.Forward(x.Matrix, w.Matrix, b, expected.Matrix, f);
            dropout.Launch(mask, expected.Matrix, expected.Matrix);
            gemm.Forward(x.Matrix, w.Matrix, b, y.Matrix, f, mask);
            Assert.Equal(ActivationTests.Bits(expected.Read(context)), ActivationTests.Bits(y.Read(context)));

            // What was dropped is told by x.
            dropout.Launch(new DropoutMask(clock.View, Purpose.Dropout(3), rate), x.Matrix, x.Matrix);
            foreach (var slope in (Slope[])[new(x.Matrix, f), new(x.Matrix, f, rate)])
            {
                using var wanted = GuardedMatrix.Unwritten(d, m, k, !aligned);
                using var dx = GuardedMatrix.Unwritten(d, m, k, aligned);
                gemm.InputGradient(dy.Matrix, w.Matrix, wanted.Matrix);
                activate.Backward(slope, wanted.Matrix, wanted.Matrix);
                gemm.InputGradient(dy.Matrix, w.Matrix, dx.Matrix, slope);
                Assert.Equal(ActivationTests.Bits(wanted.Read(context)), ActivationTests.Bits(dx.Read(context)));
            }
        }
    }

    /// <summary>Behind no mask a slope may be that of a curve.</summary>
    [Theory]
    [OnCpu(nameof(Activations)), OnCpuIlgpu(nameof(Activations)), OnCuda(nameof(Activations)), OnOpenCl(nameof(Activations))]
    public void AnInputGradientIsThatBeforeTheActivation(string device, ActivationKind kind, int seed)
    {
        var d = TestDevice.Get(device);
        const int m = 6, k = 21, n = 9;
        double[,] x = Draw.Uniform(m, k, seed), w = Draw.Uniform(k, n, seed + 1), dy = Draw.Uniform(m, n, seed + 2);
        using var gx = GuardedMatrix.Of(d, x);
        using var gw = GuardedMatrix.Of(d, w);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var dx = GuardedMatrix.Unwritten(d, m, k);
        new Activate(d).Forward(gx.Matrix, gx.Matrix, ActivationTests.Of(kind));
        new Gemm(d).InputGradient(gdy.Matrix, gw.Matrix, dx.Matrix, new Slope(gx.Matrix, ActivationTests.Of(kind)));
        var expected = ReferenceGemm.InputGradient(dy, w);
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < k; j++)
                expected[i, j] *= ReferenceActivation.Derivative(kind, x[i, j]);
        }
        // As in TheEpilogueActivates, and the slope is off by 1e-6 of a sum of at most 9.
        Close.Assert(expected, dx.Read($"{device} {kind}"), 2e-5, 1e-6, $"{device} {kind} seed={seed}");
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ASampleGivesTheSameBitsAloneAndInABatch(string device)
    {
        var d = TestDevice.Get(device);
        var gemm = new Gemm(d);
        const int m = 13, k = 50, n = 40;
        double[,] x = Draw.Uniform(m, k, 41), w = Draw.Uniform(k, n, 42);
        using var gx = GuardedMatrix.Of(d, x);
        using var gw = GuardedMatrix.Of(d, w);
        using var batch = GuardedMatrix.Unwritten(d, m, n);
        gemm.Forward(gx.Matrix, gw.Matrix, default, batch.Matrix, Activation.Tanh);
        using var alone = GuardedMatrix.Unwritten(d, m, n);
        for (int i = 0; i < m; i++)
            gemm.Forward(gx.Matrix.SliceRows(i, 1), gw.Matrix, default, alone.Matrix.SliceRows(i, 1), Activation.Tanh);
        Assert.Equal(batch.Read(device), alone.Read(device));
    }

    [Fact]
    public void OneThreadAndManyGiveTheSameBits()
    {
        var bits = new List<float[,]>();
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var d = ComputeDevice.Open("cpu", threads);
            using var x = GuardedMatrix.Of(d, Draw.Uniform(70, 200, 51));
            using var w = GuardedMatrix.Of(d, Draw.Uniform(200, 130, 52));
            using var y = GuardedMatrix.Unwritten(d, 70, 130);
            using var dw = GuardedMatrix.Unwritten(d, 200, 130);
            var gemm = new Gemm(d);
            gemm.Forward(x.Matrix, w.Matrix, default, y.Matrix, Activation.LeakyRelu(0.2f));
            gemm.WeightGradient(x.Matrix, y.Matrix, dw.Matrix, accumulate: false);
            bits.Add(y.Read("y"));
            bits.Add(dw.Read("dw"));
        }
        Assert.Equal(bits[0], bits[2]);
        Assert.Equal(bits[0], bits[4]);
        Assert.Equal(bits[1], bits[3]);
        Assert.Equal(bits[1], bits[5]);
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        var gemm = new Gemm(d);
        using var x = GuardedMatrix.Unwritten(d, 2, 3);
        using var w = GuardedMatrix.Unwritten(d, 4, 5);
        using var y = GuardedMatrix.Unwritten(d, 2, 5);
        Assert.Throws<ArgumentException>(() => gemm.Forward(x.Matrix, w.Matrix, default, y.Matrix, Activation.Identity));
        Assert.Throws<ArgumentException>(() => gemm.InputGradient(x.Matrix, w.Matrix, y.Matrix));
        Assert.Throws<ArgumentException>(() => gemm.WeightGradient(x.Matrix, w.Matrix, y.Matrix, false));

        using var fitting = GuardedMatrix.Unwritten(d, 3, 5);
        using var clock = new StepClock(d, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => gemm.Forward(x.Matrix, fitting.Matrix, default, y.Matrix, Activation.Relu, new DropoutMask(clock.View, 1, 1)));
        Assert.Throws<ArgumentException>(() => gemm.Forward(x.Matrix, fitting.Matrix, default, y.Matrix, Activation.Relu, new DropoutMask(default, 1, 0.5f)));
        Assert.Throws<ArgumentException>(() => gemm.InputGradient(y.Matrix, fitting.Matrix, x.Matrix, new Slope(y.Matrix, Activation.Relu)));
    }
}
