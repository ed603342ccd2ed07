using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Layers;
using GpuCgan.Network.Recipes;
using GpuCgan.Reference;
using Convolution = GpuCgan.Network.Layers.Convolution;

namespace GpuCgan.Network.Tests;

/// <summary>The penalty's weight gradient against central differences of the penalty itself, whose critic's slopes the reference takes from Jacobians in double.</summary>
public class GradientPenaltyTests
{
    private const float Slope = 0.2f, Rate = 0.3f, Weight = 10;

    /// <summary>7 inputs, of which 5 count, as pixels beside a label do.</summary>
    private static readonly int[] Widths = [7, 11, 17, 1];

    private const int Selected = 5, Rows = 6;

    private sealed class Critic : IDisposable
    {
        public Critic(string device, bool dropout)
        {
            Device = TestDevice.Get(device);
            Memory = new DeviceMemory(Device);
            Clock = new StepClock(Device, 11);
            Operators = new OperatorSet(Device);
            var layout = new ArenaLayout();
            var slots = Enumerable.Range(0, Widths.Length - 1).Select(i => LinearSlots.Add(layout, $"linear{i + 1}", Widths[i], Widths[i + 1], 1 + 2 * i)).ToArray();
            Parameters = new Parameters(layout, new ArenaLayout(), Memory);
            var layers = new List<Layer>();
            for (int i = 0; i < slots.Length; i++)
            {
                bool last = i == slots.Length - 1;
                layers.Add(new Linear(Operators, Parameters, Clock, slots[i], last ? Activation.Identity : Activation.LeakyRelu(Slope)));
                if (dropout && !last)
                    layers.Add(new DropoutLayer(Operators, Clock, Widths[i + 1], i, Rate, inPlace: true));
            }
            // More rows than are used, as a critic that takes real and generated samples together has.
            Stack = new Stack(layers, 2 * Rows, Memory);
            Stack.Initialize();
            X = Memory.Matrix(Rows, Widths[0]);
            Operators.Philox.Normal(Clock.View, Purpose.Latent(0), X);
        }

        public ComputeDevice Device { get; }
        public DeviceMemory Memory { get; }
        public StepClock Clock { get; }
        public OperatorSet Operators { get; }
        public Parameters Parameters { get; }
        public Stack Stack { get; }
        public Matrix X { get; }

        public GradientPenalty Penalty(PenaltyCentre centre) => new(Stack, ..Selected, Widths[0], 2 * Rows, 1, centre, Weight, Operators, Clock, Memory);

        public void Dispose()
        {
            Clock.Dispose();
            Memory.Dispose();
        }
    }

    [Theory]
    [InlineData("cpu", PenaltyCentre.One, false), InlineData("cpu", PenaltyCentre.Zero, false), InlineData("cpu", PenaltyCentre.One, true)]
    [InlineData("cpu-ilgpu", PenaltyCentre.One, false), InlineData("cpu-ilgpu", PenaltyCentre.Zero, true)]
    public void ItsWeightGradientIsThatOfThePenalty(string device, PenaltyCentre centre, bool dropout)
    {
        using var critic = new Critic(device, dropout);
        var tensors = TinyGan.Tensors(critic.Parameters.Values);
        var x = TinyGan.Read(critic.X);
        var pass = new Pass(true, 32);
        using var metrics = critic.Device.Allocate<float>(2);
        critic.Penalty(centre).Accumulate(critic.X, pass, metrics.View.SubView(0, 1), metrics.View.SubView(1, 1));

        double[,] Mask(int layer) => ReferencePhilox.Dropout(Ones(Rows, Widths[layer + 1]), 11, 0, Purpose.Dropout(pass.Stream + layer), Rate);
        double[][,]? masks = dropout ? [Mask(0), Mask(1)] : null;
        double[][,] Tensors(string kind) => [.. Enumerable.Range(1, Widths.Length - 1).Select(i => tensors[$"linear{i}.{kind}"])];
        double[,] Slopes() => ReferencePenalty.InputGradients(x, Tensors("weight"), Tensors("bias"), Slope, Selected, masks);
        double Loss() => ReferencePenalty.Value(Slopes(), centre == PenaltyCentre.One ? 1 : 0, Weight);

        float[] read = metrics.Download();
        // Slopes are sums of at most 17 terms in each of three layers.
        Assert.Equal(Loss(), read[0], 1e-5 * Loss());
        Assert.Equal(ReferencePenalty.Norms(Slopes()).Average(), read[1], 1e-5);
        GradientCheck.Assert(critic.Parameters, tensors, Loss);
    }

    /// <summary>Two planes of which one counts, a strided convolution, an activation by itself, a mean and a linear layer; slopes by differences, which are exact between kinks.</summary>
    [Theory]
    [InlineData("cpu"), InlineData("cpu-ilgpu")]
    public void ItGoesThroughConvolutions(string name)
    {
        const int rows = 2, pixels = 16;
        var device = TestDevice.Get(name);
        using var memory = new DeviceMemory(device);
        using var clock = new StepClock(device, 11);
        var operators = new OperatorSet(device);
        var layout = new ArenaLayout();
        var shape = ConvShape.Convolution(2, 4, 4, 3, 3, 3, 1, 1);
        var further = ConvShape.Convolution(3, 4, 4, 2, 3, 3, 1, 1);
        ConvolutionSlots first = ConvolutionSlots.Add(layout, "conv1", shape, 3, bias: true, 1), second = ConvolutionSlots.Add(layout, "conv2", further, 2, bias: true, 3);
        var linear = LinearSlots.Add(layout, "linear3", 8, 1, 5);
        var parameters = new Parameters(layout, new ArenaLayout(), memory);
        var stack = new Stack(
        [
            new Convolution(operators, parameters, clock, first, shape, Activation.LeakyRelu(Slope), InitialValuesKind.Uniform),
            new Convolution(operators, parameters, clock, second, further, Activation.Identity, InitialValuesKind.Uniform),
            new ActivationLayer(operators, 32, Activation.LeakyRelu(Slope)),
            new AveragePooling(operators, 2, 4, 4),
            new Linear(operators, parameters, clock, linear, Activation.Identity),
        ], rows, memory);
        stack.Initialize();
        var x = memory.Matrix(rows, 2 * pixels);
        operators.Philox.Normal(clock.View, Purpose.Latent(0), x);
        using var metrics = device.Allocate<float>(2);
        var penalty = new GradientPenalty(stack, ..pixels, 2 * pixels, rows, 1, PenaltyCentre.One, Weight, operators, clock, memory);
        penalty.Accumulate(x, new Pass(true, 0), metrics.View.SubView(0, 1), metrics.View.SubView(1, 1));

        var tensors = TinyGan.Tensors(parameters.Values);
        var inputs = TinyGan.Read(x);
        double Leaky(double v) => v > 0 ? v : Slope * v;
        double[] Bias(string layer) => [.. tensors[$"{layer}.bias"].Cast<double>()];
        double[] Scores()
        {
            var h = new ReferenceConvolution(2, 4, 4, 3, 3, 3, 1, 1).Forward(inputs, tensors["conv1.weight"], Bias("conv1"));
            for (int i = 0; i < h.Length; i++)
                h[i / 48, i % 48] = Leaky(h[i / 48, i % 48]);
            h = new ReferenceConvolution(3, 4, 4, 2, 3, 3, 1, 1).Forward(h, tensors["conv2.weight"], Bias("conv2"));
            return [.. Enumerable.Range(0, rows).Select(r => Enumerable.Range(0, 32).Sum(i =>
                Leaky(h[r, i]) / 4 * tensors["linear3.weight"][i / 16 * 4 + i % 16 / 8 * 2 + i % 4 / 2, 0]))];
        }
        double Loss()
        {
            var g = new double[rows, pixels];
            for (int p = 0; p < pixels; p++)
            {
                const double h = 1e-5;
                double[] from = [.. Enumerable.Range(0, rows).Select(r => inputs[r, p])];
                void Set(double by) => Array.ForEach([.. Enumerable.Range(0, rows)], r => inputs[r, p] = from[r] + by);
                Set(h);
                double[] above = Scores();
                Set(-h);
                double[] below = Scores();
                Set(0);
                for (int r = 0; r < rows; r++)
                    g[r, p] = (above[r] - below[r]) / (2 * h);
            }
            return ReferencePenalty.Value(g, 1, Weight);
        }
        Assert.Equal(Loss(), metrics.Download()[0], 1e-4 * Loss());
        var gradients = TinyGan.Tensors(parameters.Gradients);
        foreach (var (tensor, values) in tensors)
        {
            for (int i = 0; i < values.Length; i++)
            {
                (int r, int c) = (i / values.GetLength(1), i % values.GetLength(1));
                // A quadratic in one weight at most of the fourth degree over 1e-3, and slopes that differences know to 1e-10.
                double expected = ReferenceGan.Derivative(values, r, c, Loss, 1e-4);
                Assert.True(Math.Abs(expected - gradients[tensor][r, c]) <= 2e-3, $"{tensor}[{r}, {c}]: {gradients[tensor][r, c]} is not {expected}.");
            }
        }
        // What it would be easy to leave out: each layer has a gradient far above the tolerance, biases and the plane that does not count have none.
        foreach (string layer in (string[])["conv1", "conv2", "linear3"])
        {
            Assert.True(gradients[$"{layer}.weight"].Cast<double>().Max(Math.Abs) > 0.1, $"{layer} has no gradient to speak of.");
            Assert.All(gradients[$"{layer}.bias"].Cast<double>(), g => Assert.Equal(0, g));
        }
        Assert.All(Enumerable.Range(0, 27), i => Assert.Equal(0, gradients["conv1.weight"][i / 9, 9 + i % 9]));
    }

    [Fact]
    public void ItAddsToWhatTheLossesLeft()
    {
        using var critic = new Critic("cpu", dropout: false);
        using var metrics = critic.Device.Allocate<float>(1);
        var penalty = critic.Penalty(PenaltyCentre.One);
        void Accumulate() => penalty.Accumulate(critic.X, new Pass(true, 0), metrics.View, metrics.View);
        Accumulate();
        float[] once = critic.Parameters.Gradients.Download();
        Accumulate();
        Assert.Contains(once, g => g != 0);
        Assert.Equal(once.Select(g => g + g), critic.Parameters.Gradients.Download());
    }

    [Fact]
    public void MixedSamplesLieBetweenAndEveryStepMixesAnew()
    {
        using var critic = new Critic("cpu", dropout: false);
        var penalty = critic.Penalty(PenaltyCentre.One);
        Matrix real = critic.Memory.Matrix(Rows, Selected), generated = critic.Memory.Matrix(Rows, Selected), mixed = critic.Memory.Matrix(Rows, Widths[0]);
        critic.Operators.Philox.Uniform(critic.Clock.View, Purpose.Latent(1), real, 1, 2);
        double[] Shares(int stream)
        {
            penalty.Mix(real, generated, mixed.SliceColumns(0, Selected), stream);
            double[,] x = TinyGan.Read(real), between = TinyGan.Read(mixed);
            // The generated samples are zeros: what is left of a pixel is ε, the same for the whole sample; the label beside it is not touched.
            return [.. Enumerable.Range(0, Rows).Select(i =>
            {
                double share = between[i, 0] / x[i, 0];
                for (int j = 0; j < Widths[0]; j++)
                    Assert.Equal(j < Selected ? share * x[i, j] : 0, between[i, j], 1e-6);
                return share;
            })];
        }
        double[] first = Shares(0);
        Assert.All(first, share => Assert.InRange(share, 0, 1));
        Assert.Equal(Rows, first.Distinct().Count());
        Assert.NotEqual(first, Shares(1));
        critic.Clock.Advance();
        Assert.NotEqual(first, Shares(0));
    }

    [Fact]
    public void ACriticWithBatchStatisticsOrACurveIsRefused()
    {
        using var critic = new Critic("cpu", dropout: false);
        var (trainable, statistics) = (new ArenaLayout(), new ArenaLayout());
        var linear = LinearSlots.Add(trainable, "linear1", 3, 2, 1);
        var norm = BatchNormSlots.Add(trainable, statistics, "norm1", 2);
        var parameters = new Parameters(trainable, statistics, critic.Memory);
        foreach (var layers in (Layer[][])
            [
                [new Linear(critic.Operators, parameters, critic.Clock, linear, Activation.Sigmoid)],
                [new Linear(critic.Operators, parameters, critic.Clock, linear, Activation.Identity), new BatchNormalization(critic.Operators, parameters, critic.Memory, norm, new BatchNormOptions(), Activation.Relu)],
            ])
        {
            var stack = new Stack(layers, Rows, critic.Memory);
            var refusal = Assert.Throws<ArgumentException>(
                () => new GradientPenalty(stack, .., 3, Rows, 1, PenaltyCentre.One, Weight, critic.Operators, critic.Clock, critic.Memory));
            Assert.Contains(layers[^1].GetType().Name, refusal.Message);
            Assert.Throws<NotSupportedException>(() => new BatchNormalization(critic.Operators, parameters, critic.Memory, norm, new BatchNormOptions(), Activation.Relu).TangentGradient(critic.X, critic.X, ..));
        }
    }

    private static double[,] Ones(int rows, int columns)
    {
        var result = new double[rows, columns];
        for (int i = 0; i < result.Length; i++)
            result[i / columns, i % columns] = 1;
        return result;
    }
}
