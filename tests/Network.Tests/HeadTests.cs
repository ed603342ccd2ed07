using System.Diagnostics;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests;

/// <summary>The ways in which D deals with a label at its end, as its last layer's term or as its answer. Their gradients are in <see cref="GradientTests"/>.</summary>
public sealed class HeadTests
{
    private static readonly DiscriminatorLabelKind[] Kinds = [DiscriminatorLabelKind.Projection, DiscriminatorLabelKind.Auxiliary, DiscriminatorLabelKind.ClassVector];

    public static TheoryData<DiscriminatorLabelKind> Heads => [.. Kinds];

    private static Recipe With(DiscriminatorLabelKind head, Recipe recipe) => recipe with
    {
        DiscriminatorLabel = head, GeneratorLabel = GeneratorLabelKind.Multiply,
        Discriminator =
        [
            .. recipe.Discriminator[..^1],
            head switch { DiscriminatorLabelKind.Auxiliary => "linear 1+classes", DiscriminatorLabelKind.ClassVector => "linear classes", _ => "linear 1" },
        ],
    };

    /// <summary>Every option that such a D allows.</summary>
    private static Recipe Everything(DiscriminatorLabelKind head) => With(head, TinyGan.Everything with
    {
        MismatchedPairs = head == DiscriminatorLabelKind.Projection ? 0.25f : 0, LabelNoise = head == DiscriminatorLabelKind.ClassVector ? 0 : 0.1f,
    });

    [Theory]
    [MemberData(nameof(Heads))]
    public void AStepOfDMovesAllOfDAndAStepOfGAllOfG(DiscriminatorLabelKind head)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, Everything(head));
        var g0 = TinyGan.Tensors(gan.GeneratorParameters.Values);
        var d0 = TinyGan.Tensors(gan.DiscriminatorParameters.Values);
        gan.TrainDiscriminator();
        Assert.Equal(g0, TinyGan.Tensors(gan.GeneratorParameters.Values));
        var d1 = TinyGan.Tensors(gan.DiscriminatorParameters.Values);
        float[] gradients = gan.DiscriminatorParameters.Gradients.Download();
        gan.TrainGenerator();
        Assert.Equal(d1, TinyGan.Tensors(gan.DiscriminatorParameters.Values));
        Assert.Equal(gradients, gan.DiscriminatorParameters.Gradients.Download());
        var g1 = TinyGan.Tensors(gan.GeneratorParameters.Values);
        Assert.All(d0, t => Assert.False(t.Value.Cast<double>().SequenceEqual(d1[t.Key].Cast<double>()), $"D's {t.Key} did not move."));
        Assert.All(g0, t => Assert.False(t.Value.Cast<double>().SequenceEqual(g1[t.Key].Cast<double>()), $"G's {t.Key} did not move."));
        Assert.Equal(head == DiscriminatorLabelKind.Projection, d0.ContainsKey("projection.table"));
        Assert.Equal(TinyGan.Recipe.Latent, g0["labels.table"].GetLength(1));
    }

    [Fact]
    public void AnotherLabelIsAnotherScoreOfTheSameImage()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, With(DiscriminatorLabelKind.Projection, TinyGan.Steady));
        gan.TrainDiscriminator();
        int rows = gan.Batch.Pairs.Rows;
        using var memory = device.Allocate<float>(rows);
        using var labels = device.Allocate<int>(rows);
        double[] Scores(int by)
        {
            labels.Upload([.. TinyGan.Read(gan.Batch.Labels).Select(l => (l + by) % TinyGan.Classes)]);
            gan.Discriminator.EncodeLabels(labels.View, gan.Batch.Pairs);
            var logits = new Kernels.Matrix(memory.View, rows, 1);
            gan.Discriminator.Forward(gan.Batch.Pairs, logits, default);
            return [.. TinyGan.Read(logits).Cast<double>()];
        }
        double[] own = Scores(0), other = Scores(1);
        Assert.All(own.Zip(other), pair => Assert.NotEqual(pair.First, pair.Second));
        Assert.Equal(own, Scores(TinyGan.Classes));
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void AResumedRunHasTheBitsOfOneThatNeverStopped(DiscriminatorLabelKind head)
    {
        string folder = Directory.CreateTempSubdirectory("gpucgan-test-").FullName;
        try
        {
            using var device = ComputeDevice.Open("cpu", 2);
            using var whole = TinyGan.Create(device, Everything(head));
            whole.Plan(20);
            for (int i = 0; i < 12; i++)
            {
                whole.TrainStep();
                if (i == 4)
                    GanCheckpoint.Save(whole, Path.Combine(folder, "a.safetensors"));
            }
            using var resumed = GanCheckpoint.Load(device, Path.Combine(folder, "a.safetensors"));
            var (pixels, labels) = TinyGan.Data();
            resumed.Load(pixels, labels);
            resumed.Plan(20);
            for (int i = 0; i < 7; i++)
                resumed.TrainStep();
            Assert.Equal(TinyGan.AllParameters(whole), TinyGan.AllParameters(resumed));
            Assert.Equal(whole.Sample([0, 1], 0, 3, 1), resumed.Sample([0, 1], 0, 3, 1));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static IEnumerable<object[]> EveryHead => Kinds.Select(kind => new object[] { kind });

    [Theory]
    [OnCpuIlgpu(nameof(EveryHead)), OnCuda(nameof(EveryHead)), OnOpenCl(nameof(EveryHead))]
    public void TheIlgpuKernelsTakeTheSameStep(string name, DiscriminatorLabelKind head)
    {
        // One update of each: Adam's first step is ±2e-4 whatever the gradient's size, and only a gradient near zero may turn over.
        var recipe = With(head, TinyGan.Recipe with { BatchSize = 3, Generator = ["linear 100", "relu", "linear image", "tanh"], Discriminator = ["linear 100", "leaky_relu 0.2", "linear 1"] });
        float[] Train(string name)
        {
            var device = TestDevice.Get(name);
            using var gan = TinyGan.Create(device, recipe);
            long calls = device.HostCalls;
            gan.TrainStep();
            Assert.Equal(calls, device.HostCalls);
            return TinyGan.AllParameters(gan);
        }
        double[] differences = [.. Train("cpu").Zip(Train(name), (x, y) => (double)Math.Abs(x - y))];
        Assert.All(differences, d => Assert.True(d <= 4.1e-4, $"an element differs by {d}"));
        Assert.True(differences.Count(d => d <= 2e-6) >= 0.98 * differences.Length, $"only {differences.Count(d => d <= 2e-6)} of {differences.Length} elements agree");
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void AStepAllocatesNothing(DiscriminatorLabelKind head)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, Everything(head));
        // As for the other steps: over when ten stretches in a row allocated nothing on any thread, which a step that allocates never gets to.
        var patience = Stopwatch.StartNew();
        int clean = 0;
        long last = 0;
        while (clean < 10 && patience.Elapsed < TimeSpan.FromMinutes(2))
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < 20; i++)
                gan.TrainStep();
            last = GC.GetTotalAllocatedBytes(precise: true) - before;
            clean = last == 0 ? clean + 1 : 0;
        }
        Assert.True(clean == 10, $"20 steps allocated {last} bytes.");
    }

    public static TheoryData<string, Recipe, bool> Learners => new()
    {
        { "class-vector", RecipeFile.Load("class-vector"), true },
        { "acgan", RecipeFile.Load("acgan"), true },
        { "projection", With(DiscriminatorLabelKind.Projection, TinyGan.Steady with { Objective = ObjectiveKind.Hinge }) with { GeneratorLabel = GeneratorLabelKind.OneHot }, true },
        { "multiply", With(DiscriminatorLabelKind.Auxiliary, TinyGan.Steady) with { Latent = 64 }, true },
        // No label reaches its D, so that G cannot learn what one means.
        { "class-vector-ones", RecipeFile.Load("class-vector-ones"), false },
    };

    [Theory]
    [MemberData(nameof(Learners))]
    public void ItLearnsWhichImageBelongsToWhichLabel(string name, Recipe recipe, bool learns)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, recipe with { BatchSize = 8, GeneratorLearningRate = 1e-3f, DiscriminatorLearningRate = 1e-3f, GeneratorAverage = 0 });
        for (int i = 0; i < 1000; i++)
            gan.TrainStep();
        double accuracy = TinyGan.LabelAccuracy(gan);
        // Who does not read the label is right about a third of the time: 0.33 ± 0.04 of 150 images, or of fewer where images are all alike.
        Assert.True(learns ? accuracy >= 0.95 : accuracy <= 0.7, $"{name}: {accuracy:P0} of the images show their label's quarter.");
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void OnlyADThatNamesClassesIsMeasuredByThem(DiscriminatorLabelKind head)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, With(head, TinyGan.Recipe) with { AuxiliaryWeight = 0.5f, NCritic = 2, DiscriminatorLearningRate = 1e-3f });
        gan.TrainStep();
        var first = gan.ReadMetrics();
        for (int i = 0; i < 300; i++)
            gan.TrainStep();
        var metrics = gan.ReadMetrics();
        Assert.True(metrics.AreFinite);
        Assert.InRange(metrics.RealScore, 0, 1);
        if (head != DiscriminatorLabelKind.Auxiliary)
        {
            Assert.Equal((null, null, null), (metrics.ClassLoss, metrics.RealClassAccuracy, metrics.FakeClassAccuracy));
            return;
        }
        // Before it has learnt D guesses: ln 3 = 1.1.
        Assert.InRange(first.ClassLoss!.Value, 0.8, 1.6);
        Assert.InRange(metrics.ClassLoss!.Value, 0, 0.8);
        Assert.InRange(metrics.RealClassAccuracy!.Value, 0.8, 1);
        Assert.InRange(metrics.FakeClassAccuracy!.Value, 0, 1);
        // The class loss of both halves is in D's: twice the mean, times the weight.
        Assert.True(metrics.DiscriminatorLoss > metrics.ClassLoss);
    }

    [Fact]
    public void TheScoresOfAClassVectorAreThoseOfTheImagesOwnClass()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, With(DiscriminatorLabelKind.ClassVector, TinyGan.Steady) with { DiscriminatorLearningRate = 1e-3f });
        for (int i = 0; i < 300; i++)
            gan.TrainStep();
        gan.ReadMetrics();
        for (int i = 0; i < 20; i++)
            gan.TrainStep();
        // A mean over all three classes would be a third of it.
        Assert.InRange(gan.ReadMetrics().RealScore, 0.45, 1);
    }
}
