using System.Diagnostics;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Classification;
using GpuCgan.Reference;

namespace GpuCgan.Network.Tests.Classification;

public class ClassifierTests
{
    /// <summary>Widths 32, 16 and 16 at 4×4.</summary>
    private static readonly ClassifierRecipe Tiny = new() { Widths = [200, 100, 100], BatchSize = 8, FewestSteps = 400, MostSteps = 400, Dropout = 0.2f };

    private static Classifier Trained(ComputeDevice device, ClassifierRecipe recipe)
    {
        var (pixels, labels) = TinyGan.Data();
        var classifier = new Classifier(device, recipe, TinyGan.Image, TinyGan.Classes);
        classifier.Train(pixels, labels);
        return classifier;
    }

    private static float[] Weights(Classifier classifier) => [.. classifier.Parameters.Values.Download(), .. classifier.Parameters.Statistics.Download()];

    [Theory]
    [InlineData(0f), InlineData(0.2f)]
    public void ItLearnsToReadTheQuarterThatIsBright(float dropout)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        var (pixels, labels) = TinyGan.Data(300);
        using var untrained = new Classifier(device, Tiny, TinyGan.Image, TinyGan.Classes);
        int before = Right(untrained);
        using var classifier = new Classifier(device, Tiny with { Dropout = dropout }, TinyGan.Image, TinyGan.Classes);
        var states = new List<ClassifierProgress>();
        classifier.Train(pixels.AsSpan(0, 60 * 16), labels.AsSpan(0, 60), states.Add);
        Assert.Equal(300, Right(classifier));
        // Without training about a third: the score tells learning from luck.
        Assert.InRange(before, 0, 200);
        Assert.Equal(1, states[^1].Done);
        Assert.Equal(states.Select(s => s.Done).Order(), states.Select(s => s.Done));
        Assert.True(states[^1].Loss < 0.5 * states[0].Loss, $"the loss went from {states[0].Loss} to {states[^1].Loss}");
        Assert.True(states[^1].Accuracy > 0.9 && states.All(s => s.Accuracy is >= 0 and <= 1), $"accuracy {states[^1].Accuracy}");

        int Right(Classifier c) => c.Read(pixels).Labels.Zip(labels, (read, label) => read == label ? 1 : 0).Sum();
    }

    [Fact]
    public void EveryGradientIsThatOfTheLoss()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var classifier = new Classifier(device, Tiny with { Dropout = 0, Translation = 1 }, TinyGan.Image, TinyGan.Classes);
        using var memory = new DeviceMemory(device);
        var (pixels, labels) = TinyGan.Data();
        var before = TinyGan.Tensors(classifier.Parameters.Values);
        classifier.TrainStep(new TrainingData(memory, pixels, labels));
        var images = TinyGan.Read(classifier.LastImages);
        int[] of = TinyGan.Read(classifier.LastLabels);
        var reference = new ReferenceClassifier { Tensors = before };
        GradientCheck.Assert(classifier.Parameters, before, () => reference.Loss(images, of));
        Assert.Equal(reference.Loss(images, of), classifier.ReadProgress(1, 1).Loss, 1e-5);
    }

    [Fact]
    public void EqualDataGiveEqualBitsOnAnyNumberOfThreads()
    {
        float[] Train(int threads, ClassifierRecipe recipe)
        {
            using var device = ComputeDevice.Open("cpu", threads);
            using var classifier = Trained(device, recipe);
            var reading = classifier.Read(TinyGan.Data().Pixels);
            return [.. Weights(classifier), .. reading.Features];
        }
        var recipe = Tiny with { Translation = 1 };
        var one = Train(1, recipe);
        Assert.Equal(one, Train(2, recipe));
        Assert.Equal(one, Train(3, recipe));
        Assert.NotEqual(one, Train(1, recipe with { Seed = 1 }));
    }

    [Fact]
    public void TheIlgpuKernelsLearnTheSame()
    {
        ComputeDevice wide = TestDevice.Get("cpu"), ilgpu = TestDevice.Get("cpu-ilgpu");
        var recipe = Tiny with { FewestSteps = 3, MostSteps = 3, Translation = 1 };
        using var a = Trained(wide, recipe);
        using var b = Trained(ilgpu, recipe);
        // Products are fused on one side alone, and Adam's first steps are ±10⁻³ whatever the gradient's size: most elements agree closely, none differs by more than the steps taken, twice.
        // A bias in front of a normalisation has no gradient but for rounding, so it goes either way.
        Dictionary<string, double[,]> ofA = TinyGan.Tensors(a.Parameters.Values), ofB = TinyGan.Tensors(b.Parameters.Values);
        double[] differences =
        [
            .. ofA.Keys.Where(name => name is not ("linear1.bias" or "linear2.bias" or "linear3.bias"))
                .SelectMany(name => ofA[name].Cast<double>().Zip(ofB[name].Cast<double>(), (x, y) => Math.Abs(x - y))),
        ];
        Assert.All(differences, d => Assert.True(d <= 2 * 3 * 1.05e-3, $"an element differs by {d}"));
        int close = differences.Count(d => d <= 1e-5);
        Assert.True(close >= 0.97 * differences.Length, $"only {close} of {differences.Length} elements agree");
        var pixels = TinyGan.Data().Pixels;
        Assert.Equal(a.Read(pixels).Labels.Length, a.Read(pixels).Labels.Zip(b.Read(pixels).Labels, (x, y) => x == y ? 1 : 0).Sum());
    }

    [Fact]
    public void AnImageIsReadAloneAsAmongOthers()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var classifier = Trained(device, Tiny);
        // More than two batches of 8, and a part of one.
        var (pixels, _) = TinyGan.Data(21);
        var all = classifier.Read(pixels);
        Assert.Equal((21, 21 * classifier.FeatureWidth, classifier.FeatureWidth), (all.Labels.Length, all.Features.Length, all.Width));
        foreach (int i in (int[])[0, 7, 8, 20])
        {
            var alone = classifier.Read(pixels.AsSpan(i * 16, 16));
            Assert.Equal([all.Labels[i]], alone.Labels);
            Assert.Equal(all.Features.AsSpan(i * all.Width, all.Width).ToArray(), alone.Features);
        }
        Assert.Empty(classifier.Read([]).Labels);
        // Features come behind a ReLU, and are not all the same.
        Assert.All(all.Features, f => Assert.True(f >= 0));
        Assert.True(all.Features.Distinct().Count() > 100);
    }

    [Fact]
    public void AnImageIsMovedWhileTrainingAndNotWhileReading()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var classifier = new Classifier(device, Tiny with { Translation = 1 }, TinyGan.Image, TinyGan.Classes);
        using var memory = new DeviceMemory(device);
        // One image over and over, all of it bright: wherever a move brings in the background shows.
        byte[] pixels = [.. Enumerable.Repeat((byte)255, 16)];
        var data = new TrainingData(memory, pixels, [1]);
        var moved = new HashSet<string>();
        for (int step = 0; step < 12; step++)
        {
            classifier.TrainStep(data);
            var images = TinyGan.Read(classifier.LastImages);
            for (int i = 0; i < images.GetLength(0); i++)
                moved.Add(string.Concat(Enumerable.Range(0, 16).Select(p => images[i, p] switch { 1 => '#', -1 => '.', _ => '?' })));
        }
        // Three places down and three to the right.
        Assert.Equal(9, moved.Count);
        Assert.Contains("################", moved);
        Assert.Contains("....###.###.###.", moved);
        var before = classifier.Read(pixels).Features;
        Assert.Equal(before, classifier.Read(pixels).Features);
    }

    [Fact]
    public void TheRateFallsInAStraightLineAndEveryStepIsTaken()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        var (pixels, labels) = TinyGan.Data();
        using var classifier = new Classifier(device, Tiny with { FewestSteps = 123, MostSteps = 123 }, TinyGan.Image, TinyGan.Classes);
        var scales = new List<float>();
        classifier.Train(pixels, labels, _ => scales.Add(classifier.State.RateScale));
        Assert.Equal(Enumerable.Range(0, 50).Select(stair => 1 - stair / 50f), scales);
        Assert.Equal(123u, classifier.State.Step);
        // Fewer steps than stairs leave some without one.
        using var brief = new Classifier(device, Tiny with { FewestSteps = 7, MostSteps = 7 }, TinyGan.Image, TinyGan.Classes);
        brief.Train(pixels, labels);
        Assert.Equal(7u, brief.State.Step);
    }

    [Fact]
    public void AStepAllocatesNothing()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var classifier = new Classifier(device, Tiny with { Translation = 1 }, TinyGan.Image, TinyGan.Classes);
        using var memory = new DeviceMemory(device);
        var (pixels, labels) = TinyGan.Data();
        var data = new TrainingData(memory, pixels, labels);
        // As for the adversarial step: ten clean stretches in a row after whatever warm-up the runtime takes.
        var patience = Stopwatch.StartNew();
        int clean = 0;
        long last = 0;
        while (clean < 10 && patience.Elapsed < TimeSpan.FromMinutes(2))
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < 100; i++)
                classifier.TrainStep(data);
            last = GC.GetTotalAllocatedBytes(precise: true) - before;
            clean = last == 0 ? clean + 1 : 0;
        }
        Assert.True(clean == 10, $"100 steps allocated {last} bytes.");
    }

    [Fact]
    public void DataThatDoNotFitAreRefused()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        using var classifier = new Classifier(device, Tiny, TinyGan.Image, TinyGan.Classes);
        var (pixels, labels) = TinyGan.Data();
        Assert.Throws<ArgumentException>(() => classifier.Train(pixels.AsSpan(1), labels));
        Assert.Throws<ArgumentException>(() => classifier.Train([], []));
        Assert.Throws<ArgumentException>(() => classifier.Read(pixels.AsSpan(1)));
        labels[3] = 3;
        Assert.Throws<ArgumentException>(() => classifier.Train(pixels, labels));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Classifier(device, Tiny, TinyGan.Image, 257));
    }

    [Fact]
    public void StepsFollowFromTheImagesBetweenTheirBounds()
    {
        var recipe = ClassifierRecipe.Student;
        Assert.Equal([2000, 2000, 2000, 5625, 6000, 6000], ((int[])[1, 1438, 10_000, 60_000, 70_000, int.MaxValue]).Select(recipe.StepsFor));
        Assert.Equal([1, 2, 2, 5, 0], ((int[])[8, 28, 32, 64, 4]).Select(side => ClassifierRecipe.Judge(new ImageShape(side, side, 1)).Translation));
        Assert.Equal(0, recipe.Translation);
        Assert.NotEqual(recipe.ToJson(), (recipe with { Seed = 3 }).ToJson());
    }
}
