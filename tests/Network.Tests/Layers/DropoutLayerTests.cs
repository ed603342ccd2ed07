using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Layers;

namespace GpuCgan.Network.Tests.Layers;

public class DropoutLayerTests
{
    private const int Rows = 6, Width = 90;

    [Fact]
    public void BackwardTakesTheMaskOfItsOwnForward()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var clock = new StepClock(device, 5);
        var layer = new DropoutLayer(new OperatorSet(device), clock, Width, index: 1, rate: 0.4f, inPlace: true);

        var y = Forward(device, layer, new Pass(true, 0));
        // For x of ones y is the scaled mask, and so is dx for dy of ones.
        Assert.Equal(y, Backward(device, layer, new Pass(true, 0)));
        Assert.InRange(y.Count(v => v == 0), Rows * Width / 4, Rows * Width / 2);
        // 0.4 to the nearest 2⁻¹⁶.
        Assert.All(y.Where(v => v != 0), v => Assert.Equal(65536f / (65536 - 26214), v));

        // The step of G has masks of its own, and so has the next step, another layer, and none where nothing is trained.
        Assert.NotEqual(y, Forward(device, layer, new Pass(true, 64)));
        Assert.NotEqual(y, Forward(device, new DropoutLayer(new OperatorSet(device), clock, Width, 2, 0.4f, inPlace: true), new Pass(true, 0)));
        Assert.All(Forward(device, layer, new Pass(false, 0)), v => Assert.Equal(1, v));
        clock.Advance();
        Assert.NotEqual(y, Forward(device, layer, new Pass(true, 0)));
    }

    [Fact]
    public void ALayerThatKeepsItsInputCopiesItWhereNothingIsTrained()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var clock = new StepClock(device, 5);
        var layer = new DropoutLayer(new OperatorSet(device), clock, Width, index: 1, rate: 0.4f, inPlace: false);
        Assert.False(layer.InPlace);
        using var input = device.Allocate<float>(Rows * Width);
        using var output = device.Allocate<float>(Rows * Width);
        float[] x = [.. Enumerable.Range(0, Rows * Width).Select(i => i - 7.5f)];
        input.Upload(x);
        layer.Forward(new Matrix(input.View, Rows, Width), new Matrix(output.View, Rows, Width), new Pass(false, 0));
        Assert.Equal(x, output.Download());
    }

    /// <summary>Outputs, both kinds of gradients, a tangent's, and what comes out where nothing is trained.</summary>
    [Theory]
    [InlineData("cpu"), InlineData("cpu-ilgpu")]
    public void ALinearLayerThatDropsOutHasTheBitsOfTwoLayers(string name) => Assert.Equal(BitsOfAStack(name, within: false), BitsOfAStack(name, within: true));

    private static int[] BitsOfAStack(string name, bool within)
    {
        var device = TestDevice.Get(name);
        using var memory = new DeviceMemory(device);
        using var clock = new StepClock(device, 11);
        var operators = new OperatorSet(device);
        int[] widths = [7, 70, 33, 1];
        Activation[] activations = [Activation.LeakyRelu(0.2f), Activation.Relu, Activation.Identity];
        var layout = new ArenaLayout();
        var slots = Enumerable.Range(0, 3).Select(i => LinearSlots.Add(layout, $"linear{i + 1}", widths[i], widths[i + 1], 1 + 2 * i)).ToArray();
        var parameters = new Parameters(layout, new ArenaLayout(), memory);
        var layers = new List<Layer>();
        for (int i = 0; i < 3; i++)
        {
            bool drops = i < 2;
            layers.Add(new Linear(operators, parameters, clock, slots[i], activations[i], dropout: drops && within ? new LayerDropout(clock, i, 0.4f) : null));
            if (drops && !within)
                layers.Add(new DropoutLayer(operators, clock, widths[i + 1], i, 0.4f, inPlace: true));
        }
        var stack = new Stack(layers, Rows, memory);
        stack.Initialize();
        Matrix x = memory.Matrix(Rows, widths[0]), dx = memory.Matrix(Rows, widths[0]), y = memory.Matrix(Rows, 1), dy = memory.Matrix(Rows, 1), inferred = memory.Matrix(Rows, 1);
        operators.Philox.Normal(clock.View, Purpose.Latent(0), x);
        operators.Philox.Normal(clock.View, Purpose.Latent(1), dy);
        var pass = new Pass(true, 3);
        stack.Forward(x, y, pass);
        stack.Backward(x, y, dy, dx, Range.All, pass, weights: true);
        float[] first = parameters.Gradients.Download();
        stack.TangentGradient(dx, y, dy, Range.All, pass, memory.Matrix(Rows, stack.WidestOutput), memory.Matrix(Rows, stack.WidestOutput));
        stack.Forward(x, inferred, new Pass(false, 0));
        IEnumerable<float> results = [.. first, .. parameters.Gradients.Download(), .. new[] { y, dx, inferred }.SelectMany(matrix => TinyGan.Read(matrix).Cast<double>()).Select(v => (float)v)];
        return [.. results.Select(BitConverter.SingleToInt32Bits)];
    }

    private static float[] Forward(ComputeDevice device, DropoutLayer layer, Pass pass) =>
        OnOnes(device, ones => layer.Forward(ones, ones, pass));

    private static float[] Backward(ComputeDevice device, DropoutLayer layer, Pass pass) =>
        OnOnes(device, ones => layer.Backward(ones, ones, ones, ones, Range.All, pass, weights: true));

    private static float[] OnOnes(ComputeDevice device, Action<Matrix> inPlace)
    {
        using var memory = device.Allocate<float>(Rows * Width);
        var ones = new float[Rows * Width];
        Array.Fill(ones, 1);
        memory.Upload(ones);
        inPlace(new Matrix(memory.View, Rows, Width));
        return memory.Download();
    }
}
