using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

/// <summary>Convolutions as on an OpenCL driver for a CPU, on every device that has kernels.</summary>
public class ConvolutionLanesTests
{
    public static IEnumerable<object[]> Shapes => ConvolutionTests.Shapes;

    public static IEnumerable<object[]> AllShapes => ConvolutionTests.AllShapes;

    /// <summary>The kernels add in one order.</summary>
    [Theory]
    [OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(AllShapes)), OnOpenCl(nameof(AllShapes))]
    public void LanesThatShareNothingGiveTheBitsOfTiles(string device, int n, int c, int h, int w, int f, int kh, int kw, int stride, int padding, int seed)
    {
        var d = TestDevice.Get(device);
        var shape = ConvShape.Convolution(c, h, w, f, kh, kw, stride, padding);
        string context = $"{device} N={n} {shape} seed={seed}";
        using var x = GuardedMatrix.Of(d, Draw.Uniform(n, shape.ImageColumns, seed));
        using var weights = GuardedMatrix.Of(d, Draw.Uniform(f, shape.Taps, seed + 1));
        using var dy = GuardedMatrix.Of(d, Draw.Uniform(n, shape.MapColumns, seed + 2));
        using var bias = GuardedVector.Of(d, [.. Draw.Uniform(1, f, seed + 3).Cast<double>()]);
        var bits = new List<float[,]>();
        foreach (bool byLanes in (bool[])[true, false])
        {
            var conv = new Convolution(d, byLanes: byLanes);
            using var y = GuardedMatrix.Unwritten(d, n, shape.MapColumns);
            using var dx = GuardedMatrix.Unwritten(d, n, shape.ImageColumns);
            using var dw = GuardedMatrix.Unwritten(d, f, shape.Taps);
            conv.Forward(shape, x.Matrix, weights.Matrix, bias.View, y.Matrix, Activation.LeakyRelu(0.2f));
            conv.InputGradient(shape, dy.Matrix, weights.Matrix, dx.Matrix);
            conv.WeightGradient(shape, x.Matrix, dy.Matrix, dw.Matrix, accumulate: false);
            bits.AddRange([y.Read(context), dx.Read(context), dw.Read(context)]);
        }
        for (int i = 0; i < 3; i++)
            Assert.Equal(bits[i], bits[i + 3]);
    }
}
