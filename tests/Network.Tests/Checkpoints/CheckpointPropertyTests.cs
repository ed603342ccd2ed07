using FsCheck;
using FsCheck.Fluent;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests.Checkpoints;

public sealed class CheckpointPropertyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static readonly Gen<(Recipe Recipe, int Seed, int Steps, bool IsRead)> Runs =
        from widths in Gen.Choose(1, 40).Two()
        from latent in Gen.Choose(1, 9)
        from normalize in Gen.Elements(true, false)
        from optimizers in Gen.Elements(OptimizerKind.Adam, OptimizerKind.Rmsprop, OptimizerKind.Sgd).Two()
        from average in Gen.Elements(0f, 0.9f)
        from seed in Gen.Choose(0, int.MaxValue)
        from steps in Gen.Choose(0, 4)
        from isRead in Gen.Elements(true, false)
        select (TinyGan.Recipe with
        {
            Latent = latent, GeneratorOptimizer = optimizers.Item1, DiscriminatorOptimizer = optimizers.Item2, GeneratorAverage = average,
            Generator = [$"linear {widths.Item1}", .. normalize ? ["batch_norm"] : Array.Empty<string>(), "leaky_relu 0.2", "linear image", "tanh"],
            Discriminator = [$"linear {widths.Item2}", "leaky_relu 0.2", "linear 1"],
        }, seed, steps, isRead);

    /// <summary>What is loaded writes the same file again, and goes on to the same weights as what was never written.</summary>
    [Fact]
    public void ALoadedRunIsTheOneThatWasSaved() => Law.Holds(Runs, 25, run =>
    {
        string first = folder.File("first.safetensors"), second = folder.File("second.safetensors");
        var device = TestDevice.Get("cpu");
        using var gan = TinyGan.Create(device, run.Recipe, (ulong)run.Seed);
        for (int step = 0; step < run.Steps; step++)
            gan.TrainStep();
        if (run is { IsRead: true, Steps: > 0 })
            gan.ReadMetrics();
        GanCheckpoint.Save(gan, first);
        using var loaded = GanCheckpoint.Load(device, first);
        GanCheckpoint.Save(loaded, second);
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
        var (pixels, labels) = TinyGan.Data();
        loaded.Load(pixels, labels);
        gan.TrainStep();
        loaded.TrainStep();
        Assert.Equal(TinyGan.AllParameters(gan), TinyGan.AllParameters(loaded));
    });
}
