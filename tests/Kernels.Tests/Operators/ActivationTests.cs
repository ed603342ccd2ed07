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
