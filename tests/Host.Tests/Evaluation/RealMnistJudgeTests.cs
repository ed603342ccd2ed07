using GpuCgan.Host.Data;
using GpuCgan.Host.Tests.Data;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Classification;

namespace GpuCgan.Host.Tests.Evaluation;

public sealed class RealMnistJudgeTests
{
    /// <summary>99.1 % were measured; a judge below 98.5 % would say more of itself than of a generator.</summary>
    [RealMnistFact]
    public void The_judge_reads_the_held_out_images()
    {
        (ImageDataSet train, ImageDataSet test) = DataSets.Load("mnist");
        using var device = ComputeDevice.Open("cpu");
        var shape = new ImageShape(28, 28, 1);
        using var judge = new Classifier(device, ClassifierRecipe.Judge(shape), shape, 10);
        judge.Train(train.Pixels.Span, train.LabelBytes());
        double accuracy = judge.Read(test.Pixels.Span).Labels.Zip(test.Labels.ToArray(), (read, label) => read == label ? 1.0 : 0).Average();
        Assert.True(accuracy >= 0.985, $"{accuracy:P2}");
    }
}
