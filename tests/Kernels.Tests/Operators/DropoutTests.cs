using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class DropoutTests
{
    /// <summary>Rows, columns, rate, seed: ones, primes, the edges of a four and of a stretch of 128, no dropout at all, almost none and almost everything dropped.</summary>
    public static IEnumerable<object[]> Shapes =>
        [
            [1, 1, 0.5f, 1], [3, 7, 0.3f, 2], [2, 127, 0.4f, 3], [5, 128, 0.5f, 4], [4, 129, 0.1f, 9], [3, 65, 0f, 5], [13, 97, 0.999f, 6], [2, 4200, 0.25f, 7], [2, 64, 1e-6f, 8], [2, 300, 0.9999999f, 10],
        ];

    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void ForwardAndBackwardShareTheMaskOfTheStep(string device, int rows, int columns, float rate, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} {rows}×{columns} rate={rate} seed={seed}";
        const uint step = 41, purpose = 9;
        using var clock = new StepClock(d, 0);
        clock.Set(step, (ulong)seed);
        double[,] x = Draw.Uniform(rows, columns, seed), dy = Draw.Uniform(rows, columns, seed + 1);
        using var gx = GuardedMatrix.Of(d, x);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var y = GuardedMatrix.Unwritten(d, rows, columns);
        var dropout = new Dropout(d);
        dropout.Launch(clock.View, purpose, gx.Matrix, y.Matrix, rate);
        var forward = y.Read(context);
        // The factor and the product are rounded once each.
        Close.Assert(ReferencePhilox.Dropout(x, (ulong)seed, step, purpose, rate), forward, 0, 2e-7, context + " forward");

        dropout.Launch(clock.View, purpose, gdy.Matrix, gdy.Matrix, rate);
        // y is linear in x with a diagonal Jacobian, so the reference applied to dy is the gradient of Σ y·dy.
        Close.Assert(ReferencePhilox.Dropout(dy, (ulong)seed, step, purpose, rate), gdy.Read(context), 0, 2e-7, context + " backward");

        dropout.Launch(clock.View, purpose, gx.Matrix, gx.Matrix, rate);
        Assert.Equal(forward, gx.Read(context));
    }

    /// <summary>By which whoever has y needs no mask to go back: a kept zero is none of them unless it is −0 itself.</summary>
    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void WhatIsDroppedIsMinusZeroAndNothingElseIs(string device)
    {
        var d = TestDevice.Get(device);
        using var clock = new StepClock(d, 3);
        var values = new double[4, 300];
        for (int i = 0; i < values.Length; i++)
            values[i / 300, i % 300] = (i % 3) - 1;
        using var x = GuardedMatrix.Of(d, values);
        using var y = GuardedMatrix.Unwritten(d, 4, 300);
        new Dropout(d).Launch(clock.View, 1, x.Matrix, y.Matrix, 0.4f);
        var expected = ReferencePhilox.Dropout(values, 3, 0, 1, 0.4f);
        float[,] found = y.Read(device);
        for (int i = 0; i < values.Length; i++)
        {
            float value = found[i / 300, i % 300];
            Assert.Equal(double.IsNegative(expected[i / 300, i % 300]) && expected[i / 300, i % 300] == 0, float.IsNegative(value) && value == 0);
        }
        Assert.Contains(found.Cast<float>(), v => v == 0 && float.IsPositive(v));
    }

    [Fact]
    public void BothCpuDevicesGiveTheSameBits()
    {
        var bits = new List<float[,]>();
        foreach (string device in (string[])["cpu", "cpu-ilgpu"])
        {
            var d = TestDevice.Get(device);
            using var clock = new StepClock(d, 99);
            using var x = GuardedMatrix.Of(d, Draw.Uniform(9, 333, 1));
            new Dropout(d).Launch(clock.View, 1, x.Matrix, x.Matrix, 0.3f);
            bits.Add(x.Read(device));
        }
        Assert.Equal(bits[0], bits[1]);
    }

    [Fact]
    public void TheRateIsMetAndAnotherStepHasAnotherMask()
    {
        var d = TestDevice.Get("cpu");
        using var clock = new StepClock(d, 7);
        var ones = new double[500, 500];
        for (int i = 0; i < ones.Length; i++)
            ones[i / 500, i % 500] = 1;
        using var x = GuardedMatrix.Of(d, ones);
        using var y = GuardedMatrix.Unwritten(d, 500, 500);
        var dropout = new Dropout(d);
        bool[] Kept()
        {
            dropout.Launch(clock.View, 1, x.Matrix, y.Matrix, 0.3f);
            clock.Advance();
            return [.. y.Read("y").Cast<float>().Select(v => v != 0)];
        }
        bool[] first = Kept(), second = Kept();
        // 250,000 draws of probability 0.7: a deviation of 9.2e-4; the masks agree with 0.7² + 0.3² = 0.58, deviation 9.9e-4. Six of them.
        Assert.InRange(first.Average(k => k ? 1.0 : 0), 0.7 - 5.5e-3, 0.7 + 5.5e-3);
        Assert.InRange(first.Zip(second).Average(k => k.First == k.Second ? 1.0 : 0), 0.58 - 6e-3, 0.58 + 6e-3);
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ANaNIsNotDropped(string device)
    {
        var d = TestDevice.Get(device);
        using var clock = new StepClock(d, 1);
        using var x = GuardedMatrix.Unwritten(d, 1, 64);
        new Dropout(d).Launch(clock.View, 1, x.Matrix, x.Matrix, 0.9f);
        Assert.All(x.Read(device).Cast<float>(), v => Assert.True(float.IsNaN(v)));
    }

    [Theory]
    [InlineData(1f), InlineData(-0.1f), InlineData(float.NaN)]
    public void ARateThatIsNoneIsRefused(float rate)
    {
        var d = TestDevice.Get("cpu");
        using var clock = new StepClock(d, 1);
        using var x = GuardedMatrix.Unwritten(d, 2, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(d).Launch(clock.View, 1, x.Matrix, x.Matrix, rate));
        using var y = GuardedMatrix.Unwritten(d, 2, 3);
        Assert.Throws<ArgumentException>(() => new Dropout(d).Launch(clock.View, 1, x.Matrix, y.Matrix, 0.5f));
    }
}
