using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class ActivationTests
{
    private const float Slope = 0.2f;

    internal static Activation Of(ActivationKind kind) => kind switch
    {
        ActivationKind.LeakyRelu => Activation.LeakyRelu(Slope),
        ActivationKind.Relu => Activation.Relu,
        ActivationKind.Tanh => Activation.Tanh,
        ActivationKind.Sigmoid => Activation.Sigmoid,
        _ => Activation.Identity,
    };

    public static IEnumerable<object[]> Rows =>
        from kind in Enum.GetValues<ActivationKind>()
        from shape in (int[][])[[1, 1], [3, 37], [1, 5000]]
        select (object[])[kind, shape[0], shape[1], 61];

    [Theory]
    [OnCpu(nameof(Rows)), OnCpuIlgpu(nameof(Rows)), OnCuda(nameof(Rows)), OnOpenCl(nameof(Rows))]
    public void ActivateMatchesTheReference(string device, ActivationKind kind, int rows, int columns, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} {kind} {rows}×{columns} seed={seed}";
        double[,] x = Draw.Uniform(rows, columns, seed, -6, 6), dy = Draw.Uniform(rows, columns, seed + 1);
        x[0, 0] = 0;
        var forward = new double[rows, columns];
        var backward = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                forward[i, j] = ReferenceActivation.Forward(kind, x[i, j]);
                backward[i, j] = dy[i, j] * ReferenceActivation.Derivative(kind, x[i, j]);
            }
        }
        using var gx = GuardedMatrix.Of(d, x);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var y = GuardedMatrix.Unwritten(d, rows, columns);
        using var dx = GuardedMatrix.Unwritten(d, rows, columns);
        var activate = new Activate(d);
        activate.Forward(gx.Matrix, y.Matrix, Of(kind));
        activate.Backward(y.Matrix, gdy.Matrix, dx.Matrix, Of(kind));
        // Elementary's tanh and sigmoid are within 4e-7 of the value; 1 − y² and y(1 − y) turn that into at most 1e-6 absolute.
        Close.Assert(forward, y.Read(context), 1e-7, 5e-7, context + " forward");
        Close.Assert(backward, dx.Read(context), 1.5e-6, 1e-6, context + " backward");

        activate.Forward(gx.Matrix, gx.Matrix, Of(kind));
        Assert.Equal(y.Read(context), gx.Read(context));
    }

    /// <summary>Kind, rows, columns, rate, seed: what a mask in place may stand behind, at the edges of a vector, in several blocks, without dropout and with almost nothing left.</summary>
    public static IEnumerable<object[]> Masked =>
        from kind in (ActivationKind[])[ActivationKind.Identity, ActivationKind.LeakyRelu, ActivationKind.Relu]
        from shape in (object[][])[[1, 1, 0.5f], [3, 63, 0f], [2, 64, 0.4f], [5, 65, 0.3f], [7, 130, 0.999f], [2, 4200, 0.25f]]
        select (object[])[kind, shape[0], shape[1], shape[2], 67];

    /// <summary>Against the two passes, to the bit: they have references of their own.</summary>
    [Theory]
    [OnCpu(nameof(Masked)), OnCpuIlgpu(nameof(Masked)), OnCuda(nameof(Masked)), OnOpenCl(nameof(Masked))]
    public void AMaskedBackwardHasTheBitsOfTwoPasses(string device, ActivationKind kind, int rows, int columns, float rate, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} {kind} {rows}×{columns} rate={rate} seed={seed}";
        using var clock = new StepClock(d, (ulong)seed);
        using var y = GuardedMatrix.Of(d, Draw.Uniform(rows, columns, seed));
        using var dy = GuardedMatrix.Of(d, Draw.Uniform(rows, columns, seed + 1), aligned: true);
        using var dx = GuardedMatrix.Unwritten(d, rows, columns);
        using var expected = GuardedMatrix.Unwritten(d, rows, columns);
        var activate = new Activate(d);
        var mask = new DropoutMask(clock.View, Purpose.Dropout(3), rate);
        activate.Forward(y.Matrix, y.Matrix, Of(kind));
        new Dropout(d).Launch(mask, y.Matrix, y.Matrix);
        new Dropout(d).Launch(mask, dy.Matrix, expected.Matrix);
        activate.Backward(y.Matrix, expected.Matrix, expected.Matrix, Of(kind));

        var slope = new Slope(y.Matrix, Of(kind), rate);
        activate.Backward(slope, dy.Matrix, dx.Matrix);
        Assert.Equal(Bits(expected.Read(context)), Bits(dx.Read(context)));
        activate.Backward(slope, dy.Matrix, dy.Matrix);
        Assert.Equal(Bits(dx.Read(context)), Bits(dy.Read(context)));
    }

    /// <summary>Of one zero there are two.</summary>
    internal static int[] Bits(float[,] values) => [.. values.Cast<float>().Select(BitConverter.SingleToInt32Bits)];

    [Fact]
    public void ARateThatIsNoneIsRefused()
    {
        var d = TestDevice.Get("cpu");
        using var y = GuardedMatrix.Unwritten(d, 2, 3);
        using var wider = GuardedMatrix.Unwritten(d, 2, 4);
        Slope With(float rate) => new(y.Matrix, Activation.Relu, rate);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Activate(d).Backward(With(1), y.Matrix, y.Matrix));
        Assert.Throws<ArgumentException>(() => new Activate(d).Backward(With(0.5f), wider.Matrix, wider.Matrix));
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ANaNStaysANaN(string device)
    {
        var d = TestDevice.Get(device);
        foreach (var kind in Enum.GetValues<ActivationKind>())
        {
            using var x = GuardedMatrix.Of(d, new double[,] { { double.NaN, 1 } });
            new Activate(d).Forward(x.Matrix, x.Matrix, Of(kind));
            Assert.True(float.IsNaN(x.Read(device)[0, 0]), $"{device} {kind} turned a NaN into {x.Read(device)[0, 0]}.");
        }
    }

    [Theory]
    [InlineData(0f), InlineData(1f), InlineData(-0.1f), InlineData(float.NaN)]
    public void ASlopeWithoutASignIsRefused(float slope) => Assert.Throws<ArgumentOutOfRangeException>(() => Activation.LeakyRelu(slope));
}
