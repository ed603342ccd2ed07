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
        Assert.All(y.Where(v => v != 0), v => Assert.Equal(1 / 0.6f, v, 1e-6f));

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
