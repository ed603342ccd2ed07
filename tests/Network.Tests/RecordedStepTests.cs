using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests;

/// <summary>A step can be recorded once and replayed: nothing in it comes from the host.</summary>
public class RecordedStepTests
{
    private static readonly Recipe Everything = TinyGan.Recipe with { GeneratorLabel = GeneratorLabelKind.Embedding, DiscriminatorLabel = DiscriminatorLabelKind.Embedding, GeneratorBatch = GeneratorBatchKind.Fresh, GeneratorAverage = 0.9f };

    /// <summary>For the kernels on the CPU accelerator, where launches make shared memory out of buffers, <see cref="AdversarialStepTests"/> counts the host's calls.</summary>
    public static IEnumerable<object[]> CriticOrNot => [[false], [true]];

    [Theory]
    [OnCpu(nameof(CriticOrNot)), OnCuda(nameof(CriticOrNot)), OnOpenCl(nameof(CriticOrNot))]
    public void AStepNeitherAllocatesOnTheDeviceNorCopiesNorWaits(string name, bool critic)
    {
        using var device = ComputeDevice.Open(name);
        using var gan = TinyGan.Create(device, critic ? CriticTests.Everything : Everything);
        // Two warm-ups, which load kernels, and the recording.
        for (int i = 0; i < 3; i++)
            gan.TrainStep();
        gan.Synchronize();
        long calls = device.HostCalls;
        int objects = device.Accelerator.NumberChildObjects;
        for (int i = 0; i < 2; i++)
            gan.TrainStep();
        Assert.Equal(calls, device.HostCalls);
        Assert.Equal(objects, device.Accelerator.NumberChildObjects);
        // A wait, an allocation or a copy to the host would have ended the recording.
        Assert.Null(gan.WhyNotRecorded);
        Assert.Equal(5, gan.ReadMetrics().Steps);
    }

    public static IEnumerable<object[]> Recipes => RecipeFile.Names.Select(recipe => (object[])[recipe]);

    /// <summary>Small, for the sake of the CPU, and with whatever each is made of: a recording's branches run side by side, plain launches in the order of the code.</summary>
    [Theory]
    [OnCpu(nameof(Recipes)), OnCuda(nameof(Recipes)), OnOpenCl(nameof(Recipes))]
    public void RecordedStepsOfABuiltInRecipeGiveTheBitsOfPlainOnes(string name, string recipe)
    {
        var image = new ImageShape(8, 8, 1);
        var pixels = new byte[40 * image.Pixels];
        new Random(5).NextBytes(pixels);
        byte[] labels = [.. Enumerable.Range(0, 40).Select(i => (byte)(i % TinyGan.Classes))];
        float[] Train(bool record)
        {
            using var device = ComputeDevice.Open(name, recordSteps: record);
            using var gan = new ConditionalGan(device, RecipeFile.Load(recipe) with { BatchSize = 8 }, image, TinyGan.Classes, 3);
            gan.Load(pixels, labels);
            // Two plain ones, and four replayed.
            for (int i = 0; i < 6; i++)
                gan.TrainStep();
            Assert.Null(gan.WhyNotRecorded);
            Assert.Equal(record && device.Kind == DeviceKind.Cuda, gan.IsReplaying);
            return [.. gan.SavedArenas().SelectMany(arena => arena.Arena.Download()), .. gan.MetricSums];
        }
        Assert.Equal(Train(record: false), Train(record: true));
    }

    /// <summary>By fours where they are recorded: two plain fours, three replayed ones and what is left over; and what is counted is steps.</summary>
    [Theory]
    [OnCpu, OnCuda, OnOpenCl]
    public void StepsAtOnceGiveTheBitsOfAsManyAlone(string name)
    {
        float[] Train(params int[] counts)
        {
            using var device = ComputeDevice.Open(name);
            using var gan = TinyGan.Create(device, Everything);
            Assert.Equal(device.Kind == DeviceKind.Cuda ? 4 : 1, gan.StepsAtOnce);
            foreach (int count in counts)
                gan.TrainSteps(count);
            Assert.Equal(22, gan.Step);
            Assert.Equal(22, gan.ReadMetrics().Steps);
            Assert.Null(gan.WhyNotRecorded);
            return TinyGan.AllParameters(gan);
        }
        float[] alone = Train([.. Enumerable.Repeat(1, 22)]);
        Assert.Equal(alone, Train(22));
        Assert.Equal(alone, Train(1, 9, 0, 12));
    }

    /// <summary>Replayed or launched one by one, resumed or loaded with other data on the way: the parameters are the same to the last bit.</summary>
    [Theory]
    [OnCpu, OnCuda, OnOpenCl]
    public void RecordedStepsGiveTheBitsOfPlainOnes(string name)
    {
        float[] Train(bool record)
        {
            using var device = ComputeDevice.Open(name, recordSteps: record);
            using var gan = TinyGan.Create(device, Everything);
            var (pixels, labels) = TinyGan.Data(40);
            for (int i = 0; i < 15; i++)
            {
                if (i == 5)
                    gan.Load(pixels, labels);
                if (i == 10)
                    gan.GoOnFrom(100);
                gan.TrainStep();
            }
            return TinyGan.AllParameters(gan);
        }
        Assert.Equal(Train(record: false), Train(record: true));
    }
}
