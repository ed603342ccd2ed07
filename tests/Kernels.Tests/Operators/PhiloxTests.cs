using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

/// <summary>Also of <see cref="PhiloxElements{TFormula}"/>, whose mapping of words to elements the uniform and normal numbers go through.</summary>
public class PhiloxTests
{
    /// <summary>Random123's kat_vectors for philox4x32 with 10 rounds: counter, key, words.</summary>
    public static IEnumerable<object[]> KnownAnswers =>
    [
        [(uint[])[0, 0, 0, 0], (uint[])[0, 0], (uint[])[0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
        [(uint[])[~0u, ~0u, ~0u, ~0u], (uint[])[~0u, ~0u], (uint[])[0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
        [(uint[])[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], (uint[])[0xa4093822, 0x299f31d0], (uint[])[0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]],
    ];

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void TheKnownAnswersComeOut(uint[] counter, uint[] key, uint[] words)
    {
        Assert.Equal(words, ReferencePhilox.Words(counter, key));
        Assert.Equal(words, EncryptOne(counter, key));
        Assert.Equal(words, Encrypt<Word4>(counter, key));
        Assert.Equal(words, Encrypt<Word8>(counter, key));
        Assert.Equal(words, Encrypt<Word16>(counter, key));
    }

    private static uint[] Encrypt<T>(uint[] counter, uint[] key) where T : struct, IWideWord<T>
    {
        T c0 = T.Of(counter[0]), c1 = T.Of(counter[1]), c2 = T.Of(counter[2]), c3 = T.Of(counter[3]);
        Philox.Encrypt(ref c0, ref c1, ref c2, ref c3, key[0], key[1]);
        return [Only(c0), Only(c1), Only(c2), Only(c3)];
    }

    private static uint[] EncryptOne(uint[] counter, uint[] key)
    {
        Word1 c0 = new(counter[0]), c1 = new(counter[1]), c2 = new(counter[2]), c3 = new(counter[3]);
        Philox.Encrypt(ref c0, ref c1, ref c2, ref c3, key[0], key[1]);
        return [c0.Value, c1.Value, c2.Value, c3.Value];
    }

    private static uint Only<T>(T word) where T : struct, IWideWord<T>
    {
        var lanes = new uint[T.Count];
        T.Store(word, ref lanes[0], 0);
        return Assert.Single(lanes.Distinct());
    }

    /// <summary>Rows, columns, seed, step: ones, primes, the edges of a stretch of 64, and rows longer than an item of work.</summary>
    public static IEnumerable<object[]> Shapes =>
    [
        [1, 1, 1UL, 0u], [3, 7, 2UL, 1u], [2, 63, 3UL, 2u], [5, 64, 4UL, 3u], [2, 65, 0xFEDCBA9876543210UL, ~0u], [17, 101, 6UL, 5u], [2, 4200, 7UL, 6u],
    ];

    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void EveryElementMatchesTheReference(string device, int rows, int columns, ulong seed, uint step)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} {rows}×{columns} seed={seed} step={step}";
        using var clock = new StepClock(d, 0);
        clock.Set(step, seed);
        var philox = new Philox(d);
        using var y = GuardedMatrix.Unwritten(d, rows, columns);

        // u and 2u − 1 are exact, so both must be equal, also where a product and a sum are rounded once.
        philox.Uniform(clock.View, 11, y.Matrix, 0, 1);
        Close.AssertEqual(ReferencePhilox.Uniform(seed, step, 11, rows, columns, 0, 1), y.Read(context), context + " uniform");
        philox.Uniform(clock.View, 12, y.Matrix, -1, 1);
        Close.AssertEqual(ReferencePhilox.Uniform(seed, step, 12, rows, columns, -1, 1), y.Read(context), context + " uniform");
        // −3 + 3.7·u: three roundings of at most 2⁻²⁴·3.7.
        philox.Uniform(clock.View, 13, y.Matrix, -3, 0.7f);
        Close.Assert(ReferencePhilox.Uniform(seed, step, 13, rows, columns, -3, 0.7f), y.Read(context), 7e-7, 0, context + " uniform");

        // Radius at most 5.77 with a relative error of 2e-7 (half of the logarithm's, and three roundings), sine and cosine within 2e-7.
        philox.Normal(clock.View, 14, y.Matrix, 0.5f);
        Close.Assert(ReferencePhilox.Normal(seed, step, 14, rows, columns, 0.5), y.Read(context), 1.5e-6, 0, context + " normal");

        using var integers = d.Allocate<int>(columns + 2);
        integers.Upload([.. Enumerable.Repeat(-7, columns + 2)]);
        philox.Integers(clock.View, 15, integers.View.SubView(1, columns), 10);
        int[] expected = [-7, .. ReferencePhilox.Integers(seed, step, 15, columns, 10), -7];
        Assert.Equal(expected, integers.Download());
    }

    [Fact]
    public void BothCpuDevicesGiveTheSameBits()
    {
        var bits = new List<float[,]>();
        foreach (string device in (string[])["cpu", "cpu-ilgpu"])
        {
            var d = TestDevice.Get(device);
            using var clock = new StepClock(d, 99);
            using var y = GuardedMatrix.Unwritten(d, 7, 333);
            new Philox(d).Normal(clock.View, 1, y.Matrix, 0.3f);
            bits.Add(y.Read(device));
            new Philox(d).Uniform(clock.View, 1, y.Matrix, -0.3f, 5.1f);
            bits.Add(y.Read(device));
        }
        Assert.Equal(bits[0], bits[2]);
        Assert.Equal(bits[1], bits[3]);
    }

    [Fact]
    public void OneThreadAndManyGiveTheSameBits()
    {
        var bits = new List<float[,]>();
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var d = ComputeDevice.Open("cpu", threads);
            using var clock = new StepClock(d, 5);
            using var y = GuardedMatrix.Unwritten(d, 150, 200);
            new Philox(d).Normal(clock.View, 1, y.Matrix);
            bits.Add(y.Read("y"));
        }
        Assert.Equal(bits[0], bits[1]);
        Assert.Equal(bits[0], bits[2]);
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ARowDependsNeitherOnTheRowsBehindItNorOnTheStride(string device)
    {
        var d = TestDevice.Get(device);
        using var clock = new StepClock(d, 3);
        var philox = new Philox(d);
        using var many = GuardedMatrix.Unwritten(d, 9, 70);
        using var few = GuardedMatrix.Unwritten(d, 4, 70);
        using var wide = GuardedMatrix.Unwritten(d, 9, 95);
        philox.Normal(clock.View, 1, many.Matrix);
        philox.Normal(clock.View, 1, few.Matrix);
        philox.Normal(clock.View, 1, wide.Matrix.SliceColumns(13, 70));
        float[,] all = many.Read(device), first = few.Read(device), slice = wide.Read(device);
        for (int i = 0; i < 9; i++)
        {
            for (int j = 0; j < 95; j++)
            {
                if (j is < 13 or >= 83)
                    Assert.True(float.IsNaN(slice[i, j]), $"{device}: ({i}, {j}), beside the slice, was overwritten.");
                else
                    Assert.Equal(all[i, j - 13], slice[i, j]);
                if (i < 4 && j < 70)
                    Assert.Equal(all[i, j], first[i, j]);
            }
        }
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void SeedsStepsPurposesAndRowsDiffer(string device)
    {
        var d = TestDevice.Get(device);
        using var clock = new StepClock(d, 1);
        var philox = new Philox(d);
        using var y = GuardedMatrix.Unwritten(d, 2, 64);
        var seen = new HashSet<float>();
        void Draw(uint step, ulong seed, uint purpose)
        {
            clock.Set(step, seed);
            philox.Uniform(clock.View, purpose, y.Matrix, 0, 1);
            foreach (float u in y.Read(device))
                seen.Add(u);
        }
        Draw(0, 1, 1);
        Draw(1, 1, 1);
        Draw(0, 2, 1);
        Draw(0, 1UL << 32, 1);
        Draw(0, 1, 2);
        // 640 numbers of 2²³: 640²/2²⁴ = 0.02 of them are expected to fall together; a repeated stream would be 64 or more.
        Assert.InRange(seen.Count, 637, 640);
    }

    [Fact]
    public void TheMomentsAreThoseOfTheDistributions()
    {
        var d = TestDevice.Get("cpu");
        using var clock = new StepClock(d, 2024);
        var philox = new Philox(d);
        const int rows = 1000, columns = 1000;
        const double n = rows * columns;
        using var y = GuardedMatrix.Unwritten(d, rows, columns);

        // Each bound is six standard deviations of the estimate, so a correct generator fails once in 5·10⁸ seeds.
        philox.Normal(clock.View, 1, y.Matrix);
        double[] normal = [.. y.Read("normal").Cast<float>().Select(v => (double)v)];
        Assert.InRange(normal.Average(), -6 / Math.Sqrt(n), 6 / Math.Sqrt(n));
        Assert.InRange(normal.Average(v => v * v), 1 - 6 * Math.Sqrt(2 / n), 1 + 6 * Math.Sqrt(2 / n));
        Assert.InRange(normal.Average(v => v * v * v), -6 * Math.Sqrt(15 / n), 6 * Math.Sqrt(15 / n));
        Assert.InRange(normal.Average(v => v * v * v * v), 3 - 6 * Math.Sqrt(96 / n), 3 + 6 * Math.Sqrt(96 / n));
        // The two numbers of a pair lie 16 apart.
        Assert.InRange(Enumerable.Range(0, normal.Length - 16).Average(i => normal[i] * normal[i + 16]), -6 / Math.Sqrt(n), 6 / Math.Sqrt(n));
        Assert.InRange(Enumerable.Range(0, normal.Length - 1).Average(i => normal[i] * normal[i + 1]), -6 / Math.Sqrt(n), 6 / Math.Sqrt(n));

        philox.Uniform(clock.View, 2, y.Matrix, 0, 1);
        var bins = new int[256];
        foreach (float u in y.Read("uniform"))
            bins[(int)(u * bins.Length)]++;
        AssertUniform(bins, "uniform");

        using var labels = d.Allocate<int>((long)n);
        philox.Integers(clock.View, 3, labels.View, 10);
        var counts = new int[10];
        foreach (int label in labels.Download())
            counts[label]++;
        AssertUniform(counts, "integers");
    }

    /// <summary>P(χ² ≥ k + 2√(kx) + 2x) ≤ e⁻ˣ for k degrees of freedom (Laurent and Massart 2000), here with x = 14: 10⁻⁶.</summary>
    internal static void AssertUniform(int[] counts, string context)
    {
        double expected = counts.Average();
        double chi = counts.Sum(c => (c - expected) * (c - expected) / expected);
        double degrees = counts.Length - 1;
        Assert.True(chi <= degrees + 2 * Math.Sqrt(14 * degrees) + 28, $"{context}: χ² is {chi} with {degrees} degrees of freedom.");
    }

    [Fact]
    public void WhatCannotBeDrawnIsRefused()
    {
        var d = TestDevice.Get("cpu");
        using var clock = new StepClock(d, 1);
        using var y = d.Allocate<int>(4);
        using var m = GuardedMatrix.Unwritten(d, 2, 2);
        var philox = new Philox(d);
        Assert.Throws<ArgumentException>(() => philox.Integers(clock.View, 1, y.View, 0));
        Assert.Throws<ArgumentException>(() => philox.Integers(clock.View, 1, default, 3));
        Assert.Throws<ArgumentException>(() => philox.Integers(default, 1, y.View, 3));
        Assert.Throws<ArgumentException>(() => philox.Uniform(default, 1, m.Matrix, 0, 1));
    }
}
