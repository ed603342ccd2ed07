using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

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

    /// <summary>Batch, inputs, outputs, threads: rows that stay in no cache, in groups of four panels and of what is left, whole ones and parts of one, stretches of 32 rows and of fewer; so deep panels that one is a group.</summary>
    public static TheoryData<int, int, int, int> Deep => new()
    {
        { 600, 250, 320, 1 }, { 600, 250, 272, 2 }, { 1100, 130, 304, 3 }, { 700, 200, 368, 6 }, { 4500, 30, 80, 2 },
    };

    /// <summary>Sums of small integers are exact, so a weight gradient in strips is the reference's, and nothing of what was there before is left.</summary>
    [Theory, MemberData(nameof(Deep))]
    public void DeepWeightGradientsAreTheReferences(int batch, int inputs, int outputs, int threads)
    {
        using var d = ComputeDevice.Open("cpu", threads);
        AssertWeightGradient(d, batch, inputs, outputs, 1);
    }

    /// <summary>Fewer panels than threads go in parts by rows, and a worker may come to the first rows of one behind the last ones of another: it packs what it has not, whatever lies there from before.</summary>
    [Fact]
    public void PartsOfPanelsComeInAnyOrder()
    {
        using var d = ComputeDevice.Open("cpu", 4);
        // Two panels of two vectors.
        int outputs = 4 * WideVectors.Bits / (8 * sizeof(float));
        for (int round = 0; round < 60; round++)
            AssertWeightGradient(d, 70, 300, outputs, round);
    }

    private static void AssertWeightGradient(ComputeDevice d, int batch, int inputs, int outputs, int seed)
    {
        double[,] x = Draw.Integers(batch, inputs, 2 * seed), dy = Draw.Integers(batch, outputs, 2 * seed + 1);
        using var gx = GuardedMatrix.Of(d, x);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var dw = GuardedVector.Unwritten(d, inputs * outputs);
        new Gemm(d).WeightGradient(gx.Matrix, gdy.Matrix, WeightMatrix.InStrips(dw.View, inputs, outputs), accumulate: false);
        var rows = new float[inputs * outputs];
        WeightMatrix.ToRows(dw.Read($"{batch}×{inputs}×{outputs}, seed {seed}"), rows, outputs);
        Assert.Equal(ReferenceGemm.WeightGradient(x, dy).Cast<double>().Select(value => (float)value), rows);
    }

    /// <summary>Inputs, outputs, batch, threads: odd numbers of strips, shares that do not go round, a team that packs for all, and the largest batch that moves 512 rows of weights.</summary>
    public static TheoryData<int, int, int, int> Moved => new()
    {
        { 1, 16, 1, 2 }, { 110, 128, 64, 2 }, { 37, 48, 3, 2 }, { 70, 80, 65, 3 }, { 33, 16, 130, 2 }, { 300, 176, 40, 2 }, { 90, 112, 70, 6 }, { 512, 48, 256, 2 },
    };

    /// <summary>What moves weights as their gradient comes is, to the bit, the gradient and an Adam behind it; clock, decay and ε too.</summary>
    [Theory, MemberData(nameof(Moved))]
    public void MovingByAGradientHasTheBitsOfAdamBehindIt(int inputs, int outputs, int batch, int threads)
    {
        using var d = ComputeDevice.Open("cpu", threads);
        var (gemm, adam) = (new Gemm(d), new Adam(d));
        using var clock = new StepClock(d, 1);
        clock.Set(5, 1, 0.5f);
        var options = new AdamOptions { LearningRate = 1e-2f, Beta1 = 0.5f, Epsilon = 1e-3f, WeightDecay = 0.1f };
        using var x = GuardedMatrix.Of(d, Draw.Uniform(batch, inputs, 1));
        using var dy = GuardedMatrix.Of(d, Draw.Uniform(batch, outputs, 2));
        int length = inputs * outputs;
        double[] w = Row(3), m = Row(4), v = [.. Row(5).Select(Math.Abs)];
        // Guards on both sides show a write that goes astray.
        using GuardedVector expectedDw = GuardedVector.Unwritten(d, length), dw = GuardedVector.Unwritten(d, length);
        using GuardedVector expectedW = GuardedVector.Of(d, w), movedW = GuardedVector.Of(d, w);
        using GuardedVector expectedM = GuardedVector.Of(d, m), movedM = GuardedVector.Of(d, m);
        using GuardedVector expectedV = GuardedVector.Of(d, v), movedV = GuardedVector.Of(d, v);
        var gradient = WeightMatrix.InStrips(dw.View, inputs, outputs);
        var move = new Adam.Move(clock.View, movedW.View, movedM.View, movedV.View, options);
        Assert.Equal(WideVectors.Bits > 128, Gemm.MovesWeights(d, gradient, batch));
        if (WideVectors.Bits == 128)
        {
            // A panel is half a strip there: it says so, and moves nothing.
            Assert.Throws<ArgumentException>(() => gemm.MoveByGradient(x.Matrix, dy.Matrix, gradient, move));
            Assert.Equal(w.Select(value => (float)value), movedW.Read("128 bits"));
            return;
        }
        gemm.WeightGradient(x.Matrix, dy.Matrix, WeightMatrix.InStrips(expectedDw.View, inputs, outputs), accumulate: false);
        adam.Launch(clock.View, 1, 0, expectedW.View, expectedDw.View, expectedM.View, expectedV.View, options);
        gemm.MoveByGradient(x.Matrix, dy.Matrix, gradient, move);
        string context = $"{inputs}×{outputs}, batch {batch}, {threads} threads";
        Assert.Equal(expectedDw.Read(context), dw.Read(context));
        Assert.Equal(expectedM.Read(context), movedM.Read(context));
        Assert.Equal(expectedV.Read(context), movedV.Read(context));
        Assert.Equal(expectedW.Read(context), movedW.Read(context));
        // Here and there a step is less than half a last place.
        Assert.True(w.Zip(movedW.Read(context)).Count(pair => (float)pair.First != pair.Second) > 0.99 * length, context);

        double[] Row(int seed) => [.. Draw.Uniform(1, length, seed).Cast<double>()];
    }

    [Fact]
    public void WhatMovesNoWeightsRefusesTo()
    {
        using ComputeDevice d = ComputeDevice.Open("cpu", 2), alone = ComputeDevice.Open("cpu", 1);
        var gemm = new Gemm(d);
        using var memory = d.Allocate<float>(512 * 16);
        using var clock = new StepClock(d, 1);
        var (whole, few) = (memory.View, memory.View.SubView(0, 512 * 16 - 1));
        var strips = WeightMatrix.InStrips(whole, 512, 16);
        // Row-major weights, one row of the batch too many for a cache, moments of other weights.
        WeightMatrix rows = new Matrix(whole, 512, 16);
        Assert.False(Gemm.MovesWeights(d, rows, 1));
        Assert.False(Gemm.MovesWeights(d, strips, 257));
        Assert.Throws<ArgumentException>(() => Move(rows, 1, whole));
        Assert.Throws<ArgumentException>(() => Move(strips, 257, whole));
        Assert.Throws<ArgumentException>(() => Move(strips, 1, few));
        Assert.False(Gemm.MovesWeights(alone, strips, 1));
        Assert.False(Gemm.MovesWeights(TestDevice.Get("cpu-ilgpu"), strips, 1));

        void Move(WeightMatrix dw, int batch, ILGPU.ArrayView<float> moments)
        {
            using var x = GuardedMatrix.Of(d, Draw.Uniform(batch, 512, 1));
            using var dy = GuardedMatrix.Of(d, Draw.Uniform(batch, 16, 2));
            gemm.MoveByGradient(x.Matrix, dy.Matrix, dw, new Adam.Move(clock.View, whole, moments, whole, new AdamOptions()));
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
