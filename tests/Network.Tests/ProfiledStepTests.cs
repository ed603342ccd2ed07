using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Profiling;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests;

public class ProfiledStepTests
{
    /// <summary>As small as a GAN gets: the CPU accelerator starts a thread a lane.</summary>
    private static readonly Recipe Smallest = TinyGan.Recipe with
    {
        Generator = ["linear 100", "leaky_relu 0.2", "linear 100", "batch_norm", "leaky_relu 0.2", "linear image", "tanh"],
        Discriminator = ["linear 100", "leaky_relu 0.2", "dropout 0.3", "linear 1"],
        BatchSize = 2,
    };

    public static TheoryData<string> Recipes => [.. RecipeFile.Names];

    /// <summary>Whatever a recipe is made of: the jobs of the worker team that ran outside of an announced launch are counted.</summary>
    [Theory]
    [MemberData(nameof(Recipes))]
    public void EveryLaunchOfABuiltInRecipeIsAnnounced(string name)
    {
        using var device = ComputeDevice.Open("cpu", 2, profiling: true);
        using var gan = Create(device, RecipeFile.Load(name) with { BatchSize = 8 }, new ImageShape(16, 16, 1));
        var step = new LaunchRecorder(device).Record(gan.TrainStep);
        Assert.Equal(0, step.Unannounced);
        Assert.True(step.Starts > 20, $"{step.Starts}");
    }

    [Theory]
    [InlineData(DiscriminatorLabelKind.OneHot, ObjectiveKind.BinaryCrossEntropy, GeneratorBatchKind.Shared, 0f)]
    [InlineData(DiscriminatorLabelKind.Embedding, ObjectiveKind.LeastSquares, GeneratorBatchKind.Fresh, 0.9f)]
    [InlineData(DiscriminatorLabelKind.Projection, ObjectiveKind.Hinge, GeneratorBatchKind.Shared, 0f)]
    public void TwinsAndKernelsAnnounceTheSameLaunches(DiscriminatorLabelKind label, ObjectiveKind objective, GeneratorBatchKind batch, float average)
    {
        var recipe = Smallest with { DiscriminatorLabel = label, Objective = objective, GeneratorBatch = batch, GeneratorAverage = average };
        (string, string, long, long)[] Launches(string name)
        {
            var device = TestDevice.Get(name, profiling: true);
            using var gan = TinyGan.Create(device, recipe);
            var step = new LaunchRecorder(device).Record(() => OneAfterTheOther.Run(device, gan.TrainStep));
            Assert.Equal(0, step.Unannounced);
            return [.. step.Launches.Select(l => (l.Kernel, l.Shape, l.Flops, l.Bytes))];
        }
        var wide = Launches("cpu");
        Assert.Equal(wide, Launches("cpu-ilgpu"));
        string[] kernels = [.. wide.Select(l => l.Item1).Distinct()];
        // Those without a job of the worker team too, which the count of jobs does not see.
        Assert.Contains("StepClock.Advance", kernels);
        Assert.Contains(objective.ToString(), kernels);
        Assert.Equal(2, wide.Count(l => l.Item1 == objective.ToString()));
        Assert.Equal(2, wide.Count(l => l.Item1 == "Adam"));
        Assert.Equal(average > 0 ? 2 : 0, wide.Count(l => l.Item1 == "ExponentialMovingAverage"));
    }

    [Theory]
    [InlineData("cpu"), InlineData("cpu-ilgpu")]
    public void AProfiledStepHasTheBitsOfAnyOther(string name)
    {
        float[] Train(bool profiled)
        {
            var device = TestDevice.Get(name, profiled);
            using var gan = TinyGan.Create(device, Smallest);
            var recorder = profiled ? new LaunchRecorder(device) : null;
            for (int i = 0; i < 2; i++)
            {
                if (recorder is null)
                    gan.TrainStep();
                else
                    Assert.NotEmpty(recorder.Record(gan.TrainStep).Launches);
            }
            return TinyGan.AllParameters(gan);
        }
        Assert.Equal(Train(profiled: false), Train(profiled: true));
    }

    [Fact]
    public void TheLaunchesOfAStepMakeUpItsTime()
    {
        using var device = ComputeDevice.Open("cpu", 1, profiling: true);
        using var gan = Create(device, new Recipe(), new ImageShape(28, 28, 1));
        var recorder = new LaunchRecorder(device);
        // The best of some steps: unoptimised code and other programs come between launches too. On a quiet machine a warm step has 1 % there; Adam alone has 12 %.
        double best = Enumerable.Range(0, 40).Max(_ =>
        {
            var step = recorder.Record(gan.TrainStep);
            double sum = step.Launches.Sum(launch => launch.Seconds);
            Assert.True(sum <= step.Seconds, $"{sum} of {step.Seconds}");
            return sum / step.Seconds;
        });
        Assert.True(best >= 0.93, $"The launches are {best:P1} of a step.");
    }

    private static ConditionalGan Create(ComputeDevice device, Recipe recipe, ImageShape image)
    {
        const int images = 80;
        var gan = new ConditionalGan(device, recipe, image, TinyGan.Classes, 3);
        var pixels = new byte[images * image.Pixels];
        new Random(5).NextBytes(pixels);
        gan.Load(pixels, [.. Enumerable.Range(0, images).Select(i => (byte)(i % TinyGan.Classes))]);
        return gan;
    }
}
