using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class ConvolutionTests
{
    /// <summary>
    /// N, C, H, W, F, kh, kw, stride, padding, seed: ones, primes, an image smaller than the stride, padding beyond the kernel, kernels that are not square, strides that leave
    /// pixels over, and more rows than a tile has in each of the three products. On the CPU accelerator a barrier takes milliseconds, so these have few tiles of little depth.
    /// </summary>
    public static IEnumerable<object[]> Shapes =>
    [
        [1, 1, 1, 1, 1, 1, 1, 1, 0, 1], [1, 1, 5, 4, 1, 3, 3, 1, 1, 2], [2, 1, 6, 6, 3, 4, 4, 2, 1, 3], [1, 2, 5, 7, 3, 1, 3, 1, 1, 4], [3, 1, 7, 5, 2, 3, 2, 3, 2, 5],
        [1, 2, 2, 2, 3, 2, 2, 3, 1, 6], [2, 3, 4, 3, 2, 1, 1, 2, 0, 7], [1, 1, 1, 3, 5, 1, 2, 1, 2, 8],
        [1, 67, 1, 3, 66, 1, 2, 1, 0, 10],
    ];

    /// <summary>More than a tile or a panel, short last blocks of rows and runs wider than a vector: too slow for the CPU accelerator.</summary>
    public static IEnumerable<object[]> LargerShapes =>
    [
        [5, 3, 9, 11, 17, 3, 3, 1, 1, 21], [3, 5, 13, 8, 33, 4, 4, 2, 1, 22], [2, 3, 6, 37, 9, 3, 5, 1, 2, 23], [3, 1, 28, 28, 40, 4, 4, 2, 1, 24], [3, 2, 14, 14, 65, 3, 3, 2, 1, 25],
        [5, 13, 7, 7, 40, 3, 3, 2, 1, 26], [17, 3, 4, 4, 31, 4, 4, 1, 0, 27], [7, 11, 6, 5, 1, 5, 4, 3, 2, 28], [2, 9, 14, 14, 12, 3, 3, 3, 0, 29], [1, 1, 3, 80, 2, 2, 3, 1, 1, 30],
        [3, 1, 9, 10, 33, 2, 2, 1, 0, 40], [2, 3, 9, 9, 35, 2, 2, 2, 1, 130],
    ];

    /// <summary>Narrow maps of many channels, where the wide twin's vectors hold images: pixels that no window reads, strides beyond the kernel, more images than are laid out at once.</summary>
    public static IEnumerable<object[]> NarrowShapes =>
    [
        [5, 17, 7, 7, 33, 3, 3, 2, 1, 31], [33, 16, 4, 4, 19, 4, 4, 2, 1, 32], [40, 18, 2, 2, 16, 3, 3, 1, 1, 33], [3, 16, 5, 3, 20, 1, 1, 3, 0, 34], [2, 21, 9, 8, 24, 5, 3, 1, 2, 35],
        [259, 16, 2, 2, 16, 2, 2, 2, 0, 36], [1, 16, 1, 64, 16, 1, 2, 2, 1, 37], [2, 16, 3, 2, 16, 5, 4, 1, 2, 38], [2, 16, 2, 2, 260, 2, 2, 1, 0, 39],
    ];

    /// <summary>
    /// Longer rows of many channels, where the wide twin's vectors hold features: blocks of seven, of eight and shorter, taps that a block has partly or wholly beyond the edge,
    /// more windows than a band, more images than are packed at once, a map of seven whose image has six pixels a residue, and the other way round.
    /// </summary>
    public static IEnumerable<object[]> DirectShapes =>
    [
        [3, 16, 9, 14, 33, 3, 3, 1, 1, 101], [2, 17, 5, 17, 19, 3, 3, 2, 1, 102], [7, 16, 7, 7, 16, 4, 4, 1, 2, 103], [2, 18, 4, 29, 40, 2, 5, 3, 3, 104], [1, 20, 23, 23, 16, 3, 3, 1, 1, 105],
        [2, 16, 3, 7, 17, 1, 9, 1, 8, 106], [2, 16, 6, 12, 21, 3, 2, 2, 1, 107], [2, 16, 6, 15, 21, 2, 3, 2, 0, 108], [1, 16, 2, 10, 16, 2, 1, 1, 1, 109], [2, 19, 11, 8, 16, 5, 3, 4, 2, 110],
    ];

    public static IEnumerable<object[]> AllShapes => Shapes.Concat(LargerShapes).Concat(NarrowShapes).Concat(DirectShapes);

    [Theory]
    [OnCpu(nameof(AllShapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(AllShapes)), OnOpenCl(nameof(AllShapes))]
    public void ConvolutionsOfSmallIntegersAreExact(string device, int n, int c, int h, int w, int f, int kh, int kw, int stride, int padding, int seed)
    {
        var d = TestDevice.Get(device);
        var conv = new Convolution(d);
        var reference = new ReferenceConvolution(c, h, w, f, kh, kw, stride, padding);
        var shape = ConvShape.Convolution(c, h, w, f, kh, kw, stride, padding);
        string context = $"{device} N={n} {shape} seed={seed}";
        Assert.Equal((reference.MapHeight, reference.MapWidth), (shape.MapHeight, shape.MapWidth));
        double[,] x = Draw.Integers(n, reference.ImageColumns, seed), weights = Draw.Integers(f, reference.Taps, seed + 1000), dy = Draw.Integers(n, reference.MapColumns, seed + 2000);
        double[,] dw0 = Draw.Integers(f, reference.Taps, seed + 3000);
        double[] b = [.. Draw.Integers(1, f, seed + 4000).Cast<double>()];
        using var gx = GuardedMatrix.Of(d, x);
        using var gw = GuardedMatrix.Of(d, weights);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var bias = GuardedVector.Of(d, b);

        using var y = GuardedMatrix.Unwritten(d, n, reference.MapColumns);
        conv.Forward(shape, gx.Matrix, gw.Matrix, bias.View, y.Matrix, Activation.Identity);
        Close.AssertEqual(reference.Forward(x, weights, b), y.Read(context), context + " forward");

        using var dx = GuardedMatrix.Unwritten(d, n, reference.ImageColumns);
        conv.InputGradient(shape, gdy.Matrix, gw.Matrix, dx.Matrix);
        Close.AssertEqual(reference.Transposed(dy, weights, null), dx.Read(context), context + " input gradient");

        using var dw = GuardedMatrix.Unwritten(d, f, reference.Taps);
        conv.WeightGradient(shape, gx.Matrix, gdy.Matrix, dw.Matrix, accumulate: false);
        var expected = reference.WeightGradient(x, dy);
        Close.AssertEqual(expected, dw.Read(context), context + " weight gradient");

        if (device == "cpu-ilgpu" && seed % 3 != 0)
            return;
        using var plain = GuardedMatrix.Unwritten(d, n, reference.MapColumns);
        conv.Forward(shape, gx.Matrix, gw.Matrix, default, plain.Matrix, Activation.Identity);
        Close.AssertEqual(reference.Forward(x, weights, null), plain.Read(context), context + " forward without bias");
        using var sum = GuardedMatrix.Of(d, dw0);
        conv.WeightGradient(shape, gx.Matrix, gdy.Matrix, sum.Matrix, accumulate: true);
        for (int i = 0; i < f; i++)
        {
            for (int j = 0; j < reference.Taps; j++)
                expected[i, j] += dw0[i, j];
        }
        Close.AssertEqual(expected, sum.Read(context), context + " accumulated weight gradient");
    }

    /// <summary>N, I, h, w, O, kh, kw, stride, padding, output padding, seed.</summary>
    public static IEnumerable<object[]> TransposedShapes =>
        [[1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 41], [1, 2, 2, 3, 2, 3, 3, 2, 1, 1, 42], [2, 1, 2, 2, 1, 2, 3, 3, 0, 2, 43], [1, 3, 1, 2, 2, 4, 4, 2, 1, 0, 44]];

    public static IEnumerable<object[]> AllTransposedShapes => TransposedShapes.Concat(
        [[3, 9, 7, 7, 5, 3, 3, 2, 1, 1, 51], [2, 17, 14, 14, 1, 4, 4, 2, 1, 0, 52], [5, 33, 4, 3, 10, 3, 5, 1, 1, 0, 53], [3, 6, 5, 5, 3, 5, 5, 3, 2, 2, 54], [3, 20, 4, 3, 17, 3, 3, 2, 1, 1, 55]]);

    [Theory]
    [OnCpu(nameof(AllTransposedShapes)), OnCpuIlgpu(nameof(TransposedShapes)), OnCuda(nameof(AllTransposedShapes)), OnOpenCl(nameof(AllTransposedShapes))]
    public void TransposedConvolutionsOfSmallIntegersAreExact(
        string device, int n, int inputs, int h, int w, int outputs, int kh, int kw, int stride, int padding, int outputPadding, int seed)
    {
        var d = TestDevice.Get(device);
        var transposed = new TransposedConvolution(new Convolution(d));
        var shape = ConvShape.Transposed(inputs, h, w, outputs, kh, kw, stride, padding, outputPadding);
        string context = $"{device} N={n} {shape} output padding={outputPadding} seed={seed}";
        // PyTorch's formula of a transposed convolution's size.
        int height = (h - 1) * stride - 2 * padding + kh + outputPadding, width = (w - 1) * stride - 2 * padding + kw + outputPadding;
        Assert.Equal((height, width, outputs, h, w), (shape.Height, shape.Width, shape.Channels, shape.MapHeight, shape.MapWidth));
        var reference = new ReferenceConvolution(outputs, height, width, inputs, kh, kw, stride, padding);
        double[,] x = Draw.Integers(n, reference.MapColumns, seed), weights = Draw.Integers(inputs, reference.Taps, seed + 1000), dy = Draw.Integers(n, reference.ImageColumns, seed + 2000);
        double[] b = [.. Draw.Integers(1, outputs, seed + 3000).Cast<double>()];
        using var gx = GuardedMatrix.Of(d, x);
        using var gw = GuardedMatrix.Of(d, weights);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var bias = GuardedVector.Of(d, b);
        using var y = GuardedMatrix.Unwritten(d, n, reference.ImageColumns);
        transposed.Forward(shape, gx.Matrix, gw.Matrix, bias.View, y.Matrix, Activation.Identity);
        Close.AssertEqual(reference.Transposed(x, weights, b), y.Read(context), context + " forward");
        using var dx = GuardedMatrix.Unwritten(d, n, reference.MapColumns);
        transposed.InputGradient(shape, gdy.Matrix, gw.Matrix, dx.Matrix);
        Close.AssertEqual(reference.Forward(dy, weights, null), dx.Read(context), context + " input gradient");
        using var dw = GuardedMatrix.Unwritten(d, inputs, reference.Taps);
        transposed.WeightGradient(shape, gx.Matrix, gdy.Matrix, dw.Matrix, accumulate: false);
        Close.AssertEqual(reference.WeightGradient(dy, x), dw.Read(context), context + " weight gradient");
    }

    /// <summary>N, C, H, W, F, kernel, stride, windows a part at least, seed: parts of one slice, a last part that is shorter, more windows than are wanted a part, several tiles.</summary>
    public static IEnumerable<object[]> PartShapes => [[3, 1, 5, 4, 2, 3, 1, 16, 171], [2, 2, 7, 7, 3, 2, 2, 5, 172]];

    public static IEnumerable<object[]> AllPartShapes => PartShapes.Concat([[9, 3, 28, 28, 64, 4, 2, 256, 173], [7, 40, 9, 9, 70, 3, 1, 32, 174], [300, 1, 9, 9, 5, 2, 1, 100, 175]]);

    [Theory]
    [OnCpuIlgpu(nameof(PartShapes)), OnCuda(nameof(AllPartShapes)), OnOpenCl(nameof(AllPartShapes))]
    public void WeightGradientsInPartsAreExact(string device, int n, int c, int h, int w, int f, int kernel, int stride, int windows, int seed)
    {
        var d = TestDevice.Get(device);
        var conv = new Convolution(d, windows);
        var reference = new ReferenceConvolution(c, h, w, f, kernel, kernel, stride, 1);
        var shape = ConvShape.Convolution(c, h, w, f, kernel, kernel, stride, 1);
        string context = $"{device} N={n} {shape} windows={windows} seed={seed}";
        int floats = conv.WeightScratch(shape, n), size = f * reference.Taps;
        // Two parts or more, and each with as many windows as are asked for, rounded up to whole slices.
        Assert.InRange(floats / size, 2, Math.Min(64, n * shape.MapPixels / windows));
        double[,] x = Draw.Integers(n, reference.ImageColumns, seed), dy = Draw.Integers(n, reference.MapColumns, seed + 1), dw0 = Draw.Integers(f, reference.Taps, seed + 2);
        var expected = reference.WeightGradient(x, dy);
        using var gx = GuardedMatrix.Of(d, x);
        using var gdy = GuardedMatrix.Of(d, dy);
        // Enough, one part too few, none; and what is left there from another product.
        foreach (int given in (int[])[floats, floats - 1, 0])
        {
            using var scratch = GuardedVector.Unwritten(d, Math.Max(1, given));
            using var dw = GuardedMatrix.Unwritten(d, f, reference.Taps);
            conv.WeightGradient(shape, gx.Matrix, gdy.Matrix, dw.Matrix, accumulate: false, given == 0 ? default : scratch.View);
            Close.AssertEqual(expected, dw.Read(context), $"{context} scratch={given}");
            scratch.Read(context);
            if (given < floats)
                continue;
            using var sum = GuardedMatrix.Of(d, dw0);
            conv.WeightGradient(shape, gx.Matrix, gdy.Matrix, sum.Matrix, accumulate: true, scratch.View);
            var added = (double[,])expected.Clone();
            for (int i = 0; i < size; i++)
                added[i / reference.Taps, i % reference.Taps] += dw0[i / reference.Taps, i % reference.Taps];
            Close.AssertEqual(added, sum.Read(context), $"{context} accumulated");
        }
    }

    [Fact]
    public void OnlyLongSumsOfFewTilesAreCutIntoParts()
    {
        var conv = new Convolution(TestDevice.Get("cpu-ilgpu"));
        int Parts(ConvShape shape, int images) => conv.WeightScratch(shape, images) / (shape.Features * shape.Taps);
        // A first layer of two times 64 images, 196 windows each: one tile, 64 parts of 392 windows, which are 400 in whole slices.
        Assert.Equal(63, Parts(ConvShape.Convolution(1, 28, 28, 64, 4, 4, 2, 1), 128));
        // 9 tiles: 28 parts, and with them 252 groups.
        Assert.Equal(28, Parts(ConvShape.Convolution(64, 14, 14, 64, 3, 3, 1, 1), 64));
        Assert.Equal(0, Parts(ConvShape.Convolution(64, 14, 14, 64, 3, 3, 1, 1), 2));
        Assert.Equal(0, Parts(ConvShape.Transposed(256, 7, 7, 512, 4, 4, 2, 1, 0), 64));
        Assert.Equal(0, new Convolution(TestDevice.Get("cpu")).WeightScratch(ConvShape.Convolution(1, 28, 28, 64, 4, 4, 2, 1), 128));
    }

    public static IEnumerable<object[]> Activations =>
        [[ActivationKind.LeakyRelu, 1, 7, 3, 61], [ActivationKind.Relu, 1, 7, 3, 62], [ActivationKind.Tanh, 1, 7, 3, 63], [ActivationKind.Sigmoid, 1, 7, 3, 64]];

    /// <summary>Deep enough for the other ways of the wide twin, too.</summary>
    public static IEnumerable<object[]> AllActivations => [.. Activations, [ActivationKind.LeakyRelu, 17, 15, 19, 65], [ActivationKind.Tanh, 17, 15, 19, 66], [ActivationKind.LeakyRelu, 17, 7, 19, 67]];

    [Theory]
    [OnCpu(nameof(AllActivations)), OnCpuIlgpu(nameof(Activations)), OnCuda(nameof(AllActivations)), OnOpenCl(nameof(AllActivations))]
    public void BothEpiloguesActivate(string device, ActivationKind kind, int c, int w, int f, int seed)
    {
        var d = TestDevice.Get(device);
        const int n = 3, h = 9;
        var reference = new ReferenceConvolution(c, h, w, f, 3, 3, 2, 1);
        var shape = ConvShape.Convolution(c, h, w, f, 3, 3, 2, 1);
        var conv = new Convolution(d);
        double[,] x = Draw.Uniform(n, reference.ImageColumns, seed), weights = Draw.Uniform(f, reference.Taps, seed + 1), maps = Draw.Uniform(n, reference.MapColumns, seed + 2);
        double[] b = [.. Draw.Uniform(1, f, seed + 3).Cast<double>()], channelBias = [.. Enumerable.Range(1, c).Select(channel => 0.25 / channel)];
        using var gx = GuardedMatrix.Of(d, x);
        using var gw = GuardedMatrix.Of(d, weights);
        using var gMaps = GuardedMatrix.Of(d, maps);
        using var bias = GuardedVector.Of(d, b);
        using var gChannelBias = GuardedVector.Of(d, channelBias);
        using var y = GuardedMatrix.Unwritten(d, n, reference.MapColumns);
        using var images = GuardedMatrix.Unwritten(d, n, reference.ImageColumns);
        conv.Forward(shape, gx.Matrix, gw.Matrix, bias.View, y.Matrix, ActivationTests.Of(kind));
        new TransposedConvolution(conv).Forward(shape, gMaps.Matrix, gw.Matrix, gChannelBias.View, images.Matrix, ActivationTests.Of(kind));
        // At most 9·max(c, f) terms and a bias, of at most 1 each: with c = 1, f = 3 28·2⁻²⁴·28 = 5e-5 at worst, with 19 a tenth of the bound in practice; the slopes of all four are at most 1.
        Close.Assert(Activated(kind, reference.Forward(x, weights, b)), y.Read(device), 5e-5, 1e-6, $"{device} {kind} seed={seed} forward");
        Close.Assert(Activated(kind, reference.Transposed(maps, weights, channelBias)), images.Read(device), 5e-5, 1e-6, $"{device} {kind} seed={seed} transposed");
    }

    private static double[,] Activated(ActivationKind kind, double[,] sums)
    {
        for (int i = 0; i < sums.GetLength(0); i++)
        {
            for (int j = 0; j < sums.GetLength(1); j++)
                sums[i, j] = ReferenceActivation.Forward(kind, sums[i, j]);
        }
        return sums;
    }

    [Theory]
    [OnCpu(nameof(AllShapes)), OnCuda(nameof(AllShapes)), OnOpenCl(nameof(AllShapes))]
    public void TheInputGradientIsTheAdjoint(string device, int n, int c, int h, int w, int f, int kh, int kw, int stride, int padding, int seed)
    {
        var d = TestDevice.Get(device);
        var conv = new Convolution(d);
        var shape = ConvShape.Convolution(c, h, w, f, kh, kw, stride, padding);
        double[,] x = Draw.Uniform(n, shape.ImageColumns, seed), dy = Draw.Uniform(n, shape.MapColumns, seed + 1), weights = Draw.Uniform(f, shape.Taps, seed + 2);
        using var gx = GuardedMatrix.Of(d, x);
        using var gw = GuardedMatrix.Of(d, weights);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var y = GuardedMatrix.Unwritten(d, n, shape.MapColumns);
        using var dx = GuardedMatrix.Unwritten(d, n, shape.ImageColumns);
        using var dw = GuardedMatrix.Unwritten(d, f, shape.Taps);
        conv.Forward(shape, gx.Matrix, gw.Matrix, default, y.Matrix, Activation.Identity);
        conv.InputGradient(shape, gdy.Matrix, gw.Matrix, dx.Matrix);
        conv.WeightGradient(shape, gx.Matrix, gdy.Matrix, dw.Matrix, accumulate: false);
        // ⟨conv(x), dy⟩ = ⟨x, convᵀ(dy)⟩ = ⟨w, dw⟩. Each sum of L ≤ max(taps, F·taps, windows) products of numbers below 1 is off by at most L·2⁻²⁴·L,
        // in practice by √L·2⁻²⁴·√L; summed with random signs over the elements of the other factor that stays far below 1e-3 here.
        double forward = Dot(y.Read(device), dy), input = Dot(dx.Read(device), x), weight = Dot(dw.Read(device), weights);
        string context = $"{device} N={n} {shape} seed={seed}";
        Assert.True(Math.Abs(forward - input) <= 1e-3 && Math.Abs(forward - weight) <= 1e-3, $"{context}: {forward}, {input}, {weight}");
    }

    private static double Dot(float[,] a, double[,] b) => a.Cast<float>().Zip(b.Cast<double>(), (u, v) => u * v).Sum();

    public static IEnumerable<object[]> SmallShapes => [[2, 2, 5, 4, 3, 3, 2, 2, 1, 71], [1, 3, 4, 4, 2, 3, 3, 1, 0, 72], [2, 1, 3, 5, 2, 2, 4, 3, 2, 73]];

    [Theory]
    [MemberData(nameof(SmallShapes))]
    public void TheReferencesGradientsAreCentralDifferencesOfItsOutput(int n, int c, int h, int w, int f, int kh, int kw, int stride, int padding, int seed)
    {
        var reference = new ReferenceConvolution(c, h, w, f, kh, kw, stride, padding);
        double[,] x = Draw.Uniform(n, reference.ImageColumns, seed), weights = Draw.Uniform(f, reference.Taps, seed + 1), dy = Draw.Uniform(n, reference.MapColumns, seed + 2);
        double Loss() => reference.Forward(x, weights, null).Cast<double>().Zip(dy.Cast<double>(), (a, b) => a * b).Sum();
        // The output is linear in each of the two, so a central difference has no error but rounding.
        AssertDifferences(x, reference.Transposed(dy, weights, null), Loss);
        AssertDifferences(weights, reference.WeightGradient(x, dy), Loss);
    }

    private static void AssertDifferences(double[,] variable, double[,] gradient, Func<double> loss)
    {
        for (int i = 0; i < variable.GetLength(0); i++)
        {
            for (int j = 0; j < variable.GetLength(1); j++)
            {
                double at = variable[i, j];
                variable[i, j] = at + 0.5;
                double above = loss();
                variable[i, j] = at - 0.5;
                double below = loss();
                variable[i, j] = at;
                Assert.Equal(above - below, gradient[i, j], 1e-12);
            }
        }
    }

    [Theory]
    [OnCpu, OnCuda, OnOpenCl]
    public void ASampleGivesTheSameBitsAloneAndInABatch(string device)
    {
        var d = TestDevice.Get(device);
        var conv = new Convolution(d);
        foreach (var shape in (ConvShape[])[ConvShape.Convolution(3, 7, 9, 11, 3, 3, 1, 1), ConvShape.Convolution(5, 14, 14, 19, 4, 4, 2, 1), ConvShape.Convolution(17, 9, 14, 19, 3, 3, 2, 1)])
        {
            const int n = 13;
            using var x = GuardedMatrix.Of(d, Draw.Uniform(n, shape.ImageColumns, 81));
            using var w = GuardedMatrix.Of(d, Draw.Uniform(shape.Features, shape.Taps, 82));
            using var dy = GuardedMatrix.Of(d, Draw.Uniform(n, shape.MapColumns, 83));
            using var batchY = GuardedMatrix.Unwritten(d, n, shape.MapColumns);
            using var batchDX = GuardedMatrix.Unwritten(d, n, shape.ImageColumns);
            using var y = GuardedMatrix.Unwritten(d, n, shape.MapColumns);
            using var dx = GuardedMatrix.Unwritten(d, n, shape.ImageColumns);
            conv.Forward(shape, x.Matrix, w.Matrix, default, batchY.Matrix, Activation.Tanh);
            conv.InputGradient(shape, dy.Matrix, w.Matrix, batchDX.Matrix);
            for (int i = 0; i < n; i++)
            {
                conv.Forward(shape, x.Matrix.SliceRows(i, 1), w.Matrix, default, y.Matrix.SliceRows(i, 1), Activation.Tanh);
                conv.InputGradient(shape, dy.Matrix.SliceRows(i, 1), w.Matrix, dx.Matrix.SliceRows(i, 1));
            }
            Assert.Equal(batchY.Read(device), y.Read(device));
            Assert.Equal(batchDX.Read(device), dx.Read(device));
        }
    }

    [Fact]
    public void OneThreadAndManyGiveTheSameBits()
    {
        AssertSameBits(ConvShape.Convolution(10, 14, 14, 37, 4, 4, 2, 1));
        AssertSameBits(ConvShape.Convolution(40, 14, 14, 37, 4, 4, 2, 1));
        AssertSameBits(ConvShape.Convolution(40, 6, 6, 37, 4, 4, 2, 1));
    }

    private static void AssertSameBits(ConvShape shape)
    {
        var bits = new List<float[]>();
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var d = ComputeDevice.Open("cpu", threads);
            const int n = 21;
            using var x = GuardedMatrix.Of(d, Draw.Uniform(n, shape.ImageColumns, 91));
            using var w = GuardedMatrix.Of(d, Draw.Uniform(shape.Features, shape.Taps, 92));
            using var y = GuardedMatrix.Unwritten(d, n, shape.MapColumns);
            using var dx = GuardedMatrix.Unwritten(d, n, shape.ImageColumns);
            using var dw = GuardedMatrix.Unwritten(d, shape.Features, shape.Taps);
            var conv = new Convolution(d);
            conv.Forward(shape, x.Matrix, w.Matrix, default, y.Matrix, Activation.LeakyRelu(0.2f));
            conv.InputGradient(shape, y.Matrix, w.Matrix, dx.Matrix);
            conv.WeightGradient(shape, x.Matrix, y.Matrix, dw.Matrix, accumulate: false);
            bits.Add([.. y.Read("y").Cast<float>(), .. dx.Read("dx").Cast<float>(), .. dw.Read("dw").Cast<float>()]);
        }
        Assert.All(bits, b => Assert.Equal(bits[0], b));
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ANaNStaysInItsSample(string device)
    {
        var d = TestDevice.Get(device);
        var shape = ConvShape.Convolution(1, 3, 3, 1, 2, 2, 1, 1);
        double[,] x = Draw.Uniform(3, shape.ImageColumns, 95), dy = Draw.Uniform(3, shape.MapColumns, 96);
        x[1, 4] = double.NaN;
        dy[1, 8] = double.NaN;
        using var gx = GuardedMatrix.Of(d, x);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var w = GuardedMatrix.Of(d, Draw.Uniform(1, shape.Taps, 97, 0.5, 1));
        using var y = GuardedMatrix.Unwritten(d, 3, shape.MapColumns);
        using var dx = GuardedMatrix.Unwritten(d, 3, shape.ImageColumns);
        var conv = new Convolution(d);
        conv.Forward(shape, gx.Matrix, w.Matrix, default, y.Matrix, Activation.LeakyRelu(0.2f));
        conv.InputGradient(shape, gdy.Matrix, w.Matrix, dx.Matrix);
        float[,] maps = y.Read(device), images = dx.Read(device);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(i == 1 ? 4 : 0, Enumerable.Range(0, shape.MapColumns).Count(j => !float.IsFinite(maps[i, j])));
            // Map pixel 8 is row 2, column 0 of a padded image's windows: of its four taps two lie inside.
            Assert.Equal(i == 1 ? 2 : 0, Enumerable.Range(0, shape.ImageColumns).Count(j => !float.IsFinite(images[i, j])));
        }
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        var conv = new Convolution(d);
        var shape = ConvShape.Convolution(1, 4, 4, 2, 3, 3, 1, 1);
        using var x = GuardedMatrix.Unwritten(d, 2, 16);
        using var w = GuardedMatrix.Unwritten(d, 2, 9);
        using var y = GuardedMatrix.Unwritten(d, 2, 32);
        using var three = GuardedMatrix.Unwritten(d, 3, 16);
        using var bias = GuardedVector.Of(d, 1, 2, 3);
        Assert.Throws<ArgumentException>(() => conv.Forward(shape, y.Matrix, w.Matrix, default, y.Matrix, Activation.Identity));
        Assert.Throws<ArgumentException>(() => conv.Forward(shape, three.Matrix, w.Matrix, default, y.Matrix, Activation.Identity));
        Assert.Throws<ArgumentException>(() => conv.Forward(shape, x.Matrix, x.Matrix, default, y.Matrix, Activation.Identity));
        Assert.Throws<ArgumentException>(() => conv.Forward(shape, x.Matrix, w.Matrix, bias.View, y.Matrix, Activation.Identity));
        Assert.Throws<ArgumentException>(() => conv.Forward(default, x.Matrix, w.Matrix, default, y.Matrix, Activation.Identity));
        Assert.Throws<ArgumentException>(() => conv.InputGradient(shape, x.Matrix, w.Matrix, x.Matrix));
        Assert.Throws<ArgumentException>(() => conv.WeightGradient(shape, x.Matrix, y.Matrix, y.Matrix, false));
        Assert.Throws<ArgumentException>(() => new TransposedConvolution(conv).Forward(shape, y.Matrix, w.Matrix, bias.View, x.Matrix, Activation.Identity));
        Assert.Throws<ArgumentException>(() => ConvShape.Convolution(1, 2, 4, 1, 3, 3, 1, 0));
        Assert.Throws<ArgumentException>(() => ConvShape.Convolution(1, 4, 4, 1, 3, 3, 0, 0));
        Assert.Throws<ArgumentException>(() => ConvShape.Convolution(1, 4, 4, 1, 3, 3, 1, -1));
        Assert.Throws<ArgumentException>(() => ConvShape.Convolution(0, 4, 4, 1, 3, 3, 1, 0));
        Assert.Throws<ArgumentException>(() => ConvShape.Convolution(70000, 200, 200, 1, 3, 3, 1, 0));
        Assert.Throws<ArgumentException>(() => ConvShape.Transposed(1, 2, 2, 1, 3, 3, 2, 1, 2));
        Assert.Throws<ArgumentException>(() => ConvShape.Transposed(1, 2, 2, 1, 3, 3, 2, 1, -1));
        Assert.Throws<ArgumentException>(() => ConvShape.Transposed(1, 1, 1, 1, 2, 2, 1, 1, 0));
    }
}
