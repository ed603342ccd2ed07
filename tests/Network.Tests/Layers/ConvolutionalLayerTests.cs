using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Layers;
using GpuCgan.Network.Recipes;
using GpuCgan.Reference;
using Convolution = GpuCgan.Network.Layers.Convolution;
using TransposedConvolution = GpuCgan.Network.Layers.TransposedConvolution;

namespace GpuCgan.Network.Tests.Layers;

/// <summary>A small convolutional stack with every layer of its kind: the gradients by its parameters and its input against central differences in double.</summary>
public class ConvolutionalLayerTests
{
    private const int Rows = 4, Channels = 2, Height = 6, Width = 4;

    // 2×6×4 → 3×3×2 (halved) → normalised → 3×6×4 (nearest) → 2×6×4 → 2×3×2 (pooled) → 1×6×4 (transposed, output padding)
    private static readonly ConvShape First = ConvShape.Convolution(Channels, Height, Width, 3, 4, 4, 2, 1);
    private static readonly ConvShape Middle = ConvShape.Convolution(3, 6, 4, 2, 3, 3, 1, 1);
    private static readonly ConvShape Last = ConvShape.Transposed(2, 3, 2, 1, 3, 3, 2, 1, 1);

    [Fact]
    public void EveryGradientIsTheDerivativeOfTheLoss()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var memory = new DeviceMemory(device);
        using var clock = new StepClock(device, 9);
        var operators = new OperatorSet(device);
        ArenaLayout trainable = new(), statistics = new();
        var first = ConvolutionSlots.Add(trainable, "first", First, First.Features, bias: false, stream: 0);
        var norm = BatchNormSlots.Add(trainable, statistics, "norm", First.Features);
        var middle = ConvolutionSlots.Add(trainable, "middle", Middle, Middle.Features, bias: true, stream: 2);
        var last = ConvolutionSlots.Add(trainable, "last", Last, Last.Channels, bias: true, stream: 4);
        var parameters = new Parameters(trainable, statistics, memory);
        var stack = new Stack(
        [
            new Convolution(operators, parameters, clock, first, First, Activation.Identity, InitialValuesKind.Uniform),
            new BatchNormalization(operators, parameters, memory, norm, new BatchNormOptions(), Activation.Tanh, First.MapPixels),
            new Upsampling(operators, 3, 3, 2),
            new Convolution(operators, parameters, clock, middle, Middle, Activation.Tanh, InitialValuesKind.Uniform),
            new AveragePooling(operators, 2, 6, 4),
            new TransposedConvolution(operators, parameters, clock, last, Last, Activation.Sigmoid, InitialValuesKind.Uniform),
        ], Rows, memory);
        stack.Initialize();
        Matrix x = memory.Matrix(Rows, First.ImageColumns), y = memory.Matrix(Rows, Last.ImageColumns);
        Matrix dy = memory.Matrix(Rows, Last.ImageColumns), dx = memory.Matrix(Rows, First.ImageColumns);
        operators.Philox.Normal(clock.View, Purpose.Latent(0), x);
        operators.Philox.Normal(clock.View, Purpose.Latent(1), dy);
        double[,] images = TinyGan.Read(x), upstream = TinyGan.Read(dy);
        var pass = new Pass(Training: true, Stream: 0);
        stack.Forward(x, y, pass);
        stack.Backward(x, y, dy, dx, Range.All, pass, weights: true);

        var tensors = TinyGan.Tensors(parameters.Values);
        double Loss() => Reference(images, tensors).Cast<double>().Zip(upstream.Cast<double>(), (a, b) => a * b).Sum();
        GradientCheck.Assert(parameters, tensors, Loss);
        var gradient = TinyGan.Read(dx);
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < First.ImageColumns; j++)
                Assert.Equal(ReferenceGan.Derivative(images, i, j, Loss), gradient[i, j], 1e-5);
        }
    }

    private static double[,] Reference(double[,] x, Dictionary<string, double[,]> tensors)
    {
        double[] Vector(string name) => [.. tensors[name].Cast<double>()];
        var y = new ReferenceConvolution(Channels, Height, Width, 3, 4, 4, 2, 1).Forward(x, tensors["first.weight"], null);
        y = ReferenceChannels.ToImages(
            ReferenceBatchNorm.Train(ReferenceChannels.ToColumns(y, 3), Vector("norm.gamma"), Vector("norm.beta"), 1e-5f, ActivationKind.Tanh).Y, Rows);
        y = Map(y, 3 * 6 * 4, (image, pixel) => image[pixel / 24 * 6 + pixel / 4 % 6 / 2 * 2 + pixel % 4 / 2]);
        y = new ReferenceConvolution(3, 6, 4, 2, 3, 3, 1, 1).Forward(y, tensors["middle.weight"], Vector("middle.bias"));
        y = Map(y, y.GetLength(1), (image, i) => Math.Tanh(image[i]));
        y = Map(y, 2 * 3 * 2, (image, pixel) =>
        {
            int corner = pixel / 6 * 24 + pixel / 2 % 3 * 8 + pixel % 2 * 2;
            return (image[corner] + image[corner + 1] + image[corner + 4] + image[corner + 5]) / 4;
        });
        y = new ReferenceConvolution(1, 6, 4, 2, 3, 3, 2, 1).Transposed(y, tensors["last.weight"], Vector("last.bias"));
        return Map(y, y.GetLength(1), (image, i) => 1 / (1 + Math.Exp(-image[i])));
    }

    private static double[,] Map(double[,] images, int columns, Func<double[], int, double> pixel)
    {
        var result = new double[images.GetLength(0), columns];
        for (int i = 0; i < result.GetLength(0); i++)
        {
            double[] image = [.. Enumerable.Range(0, images.GetLength(1)).Select(j => images[i, j])];
            for (int j = 0; j < columns; j++)
                result[i, j] = pixel(image, j);
        }
        return result;
    }

    [Fact]
    public void SelectedChannelsHaveTheGradientThatTheyHaveAmongAll()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var memory = new DeviceMemory(device);
        using var clock = new StepClock(device, 9);
        var operators = new OperatorSet(device);
        var trainable = new ArenaLayout();
        var shape = ConvShape.Convolution(3, 6, 6, 4, 4, 4, 2, 1);
        var transposedShape = ConvShape.Transposed(3, 6, 6, 2, 4, 4, 2, 1, 0);
        var slots = ConvolutionSlots.Add(trainable, "conv", shape, shape.Features, bias: true, stream: 0);
        var transposedSlots = ConvolutionSlots.Add(trainable, "transposed", transposedShape, transposedShape.Channels, bias: true, stream: 2);
        var parameters = new Parameters(trainable, new ArenaLayout(), memory);
        Layer[] layers =
        [
            new Convolution(operators, parameters, clock, slots, shape, Activation.Identity, InitialValuesKind.Dcgan),
            new TransposedConvolution(operators, parameters, clock, transposedSlots, transposedShape, Activation.Identity, InitialValuesKind.Dcgan),
            new Upsampling(operators, 3, 6, 6), new AveragePooling(operators, 3, 6, 6),
        ];
        foreach (var layer in layers)
        {
            layer.Initialize();
            Matrix x = memory.Matrix(2, 108), y = memory.Matrix(2, layer.Outputs), dy = memory.Matrix(2, layer.Outputs), all = memory.Matrix(2, 108), some = memory.Matrix(2, 72);
            operators.Philox.Normal(clock.View, Purpose.Latent(2), dy);
            layer.Backward(x, y, dy, all, Range.All, new Pass(true, 0), weights: false);
            layer.Backward(x, y, dy, some, 36.., new Pass(true, 0), weights: false);
            Assert.Equal(TinyGan.Read(all.SliceColumns(36, 72)), TinyGan.Read(some));
            Assert.Contains(TinyGan.Read(some).Cast<double>(), v => v != 0);
            if (layer is Convolution or TransposedConvolution)
                Assert.Throws<ArgumentException>(() => layer.Backward(x, y, dy, some, 1..73, new Pass(true, 0), weights: false));
        }
        Assert.Throws<ArgumentException>(() => new AveragePooling(operators, 1, 7, 8));
    }

    [Theory]
    [InlineData(InitialValuesKind.Uniform)]
    [InlineData(InitialValuesKind.Dcgan)]
    internal void FirstValuesHaveTheirStatedDistribution(InitialValuesKind start)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var memory = new DeviceMemory(device);
        using var clock = new StepClock(device, 9);
        var trainable = new ArenaLayout();
        var shape = ConvShape.Convolution(16, 8, 8, 64, 4, 4, 2, 1);
        var slots = ConvolutionSlots.Add(trainable, "conv", shape, shape.Features, bias: true, stream: 0);
        var parameters = new Parameters(trainable, new ArenaLayout(), memory);
        new Convolution(new OperatorSet(device), parameters, clock, slots, shape, Activation.Identity, start).Initialize();
        var tensors = TinyGan.Tensors(parameters.Values);
        double[] weights = [.. tensors["conv.weight"].Cast<double>()], bias = [.. tensors["conv.bias"].Cast<double>()];
        double deviation = Math.Sqrt(weights.Sum(v => v * v) / weights.Length);
        // 16,384 weights: the deviation's own is 1/√(2·16384) of it, 0.6 %.
        if (start == InitialValuesKind.Dcgan)
        {
            Assert.Equal(0.02, deviation, 0.02 * 0.03);
            Assert.All(bias, v => Assert.Equal(0, v));
            return;
        }
        // 1/√256, and a uniform number's deviation is its bound over √3.
        const double bound = 1 / 16.0;
        Assert.Equal(bound / Math.Sqrt(3), deviation, bound / Math.Sqrt(3) * 0.03);
        Assert.All(weights.Concat(bias), v => Assert.InRange(v, -bound, bound));
        Assert.True(bias.Max() > bound / 2 && bias.Min() < -bound / 2);
    }
}
