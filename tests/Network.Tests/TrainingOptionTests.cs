using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Losses;
using GpuCgan.Network.Recipes;
using ILGPU.Runtime;

namespace GpuCgan.Network.Tests;

/// <summary>What a recipe's options do to a step: which pairs D sees, how often it moves, and how a plan changes rates and noise.</summary>
public class TrainingOptionTests
{
    private static readonly int Rows = TinyGan.Recipe.BatchSize;

    [Fact]
    public void MismatchedPairsAreRealImagesUnderEveryWrongLabel()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var plain = TinyGan.Create(device);
        using var gan = TinyGan.Create(device, TinyGan.Recipe with { MismatchedPairs = 0.3f });
        var seen = new HashSet<(int, int)>();
        for (int step = 0; step < 30; step++)
        {
            plain.TrainStep();
            gan.TrainStep();
            int[] right = TinyGan.Read(plain.Batch.Labels), labels = TinyGan.Read(gan.Batch.Labels);
            // 0.3 of 8 is 3 of them: the same images as without the option, and the generated ones keep the right labels.
            Assert.Equal(TinyGan.Read(plain.Batch.Images.SliceRows(0, Rows)), TinyGan.Read(gan.Batch.Images.SliceRows(0, Rows)));
            Assert.Equal(right[..(Rows - 3)], labels[..(Rows - 3)]);
            Assert.Equal(right[Rows..], labels[Rows..]);
            for (int r = Rows - 3; r < Rows; r++)
            {
                Assert.NotEqual(right[r], labels[r]);
                seen.Add((right[r], labels[r]));
            }
        }
        Assert.Equal(TinyGan.Classes * (TinyGan.Classes - 1), seen.Count);
    }

    [Fact]
    public void OneClassHasNoMismatchedPairs()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        var e = Assert.Throws<InvalidDataException>(() => new ConditionalGan(device, TinyGan.Recipe with { MismatchedPairs = 0.3f }, TinyGan.Image, 1, 1));
        Assert.Contains("mismatched_pairs", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheCriticMovesSeveralTimesAStepOnNewDataAcrossTheWholeRun()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        var recipe = TinyGan.Recipe with { NCritic = 3, GeneratorBatch = GeneratorBatchKind.Fresh };
        using var gan = TinyGan.Create(device, recipe);
        using var once = TinyGan.Create(device);
        // Updates of D see the stream of data one batch after the other: the last of a step is the batch that a run with one update a step sees in its step 3, 6, 9.
        for (int step = 1; step <= 4; step++)
        {
            gan.TrainStep();
            for (int i = 0; i < 3; i++)
                once.TrainStep();
            Assert.Equal(TinyGan.Read(once.Batch.Images.SliceRows(0, Rows)), TinyGan.Read(gan.Batch.Images.SliceRows(0, Rows)));
        }
        Assert.Equal(4, gan.Step);
        var metrics = gan.ReadMetrics();
        Assert.Equal(4, metrics.Steps);
        // Means over twelve updates: probabilities, and two losses near ln 2.
        Assert.InRange(metrics.RealScore, 0.2, 0.8);
        Assert.InRange(metrics.FakeScore, 0.2, 0.8);
        Assert.InRange(metrics.DiscriminatorLoss, 0.8, 2);
        Assert.InRange(metrics.GeneratorLoss, 0.3, 1.5);
    }

    [Fact]
    public void AdamCountsTheUpdatesOfEachNetwork()
    {
        // Adam's first step is lr·g/|g|, whatever the gradient; with a wrong count its bias correction would make it another.
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Recipe with { NCritic = 5, GeneratorLearningRate = 1e-3f });
        float[] before = gan.GeneratorParameters.Values.Download();
        gan.TrainStep();
        float largest = before.Zip(gan.GeneratorParameters.Values.Download(), (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(largest, 0.99e-3f, 1.01e-3f);
    }

    [Fact]
    public void APlannedRunsRatesFallToNothingBehindItsEnd()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Recipe with { LearningRateDecay = 0.5f, NCritic = 2 });
        using var constant = TinyGan.Create(device, TinyGan.Recipe with { NCritic = 2 });
        gan.Plan(6);
        constant.Plan(6);
        for (int i = 0; i < 3; i++)
        {
            gan.TrainStep();
            constant.TrainStep();
            // The first half is that of constant rates.
            Assert.Equal(TinyGan.AllParameters(constant), TinyGan.AllParameters(gan));
        }
        for (int i = 0; i < 3; i++)
        {
            gan.TrainStep();
            constant.TrainStep();
        }
        Assert.NotEqual(TinyGan.AllParameters(constant), TinyGan.AllParameters(gan));
        var end = TinyGan.AllParameters(gan);
        gan.TrainStep();
        Assert.Equal(end, TinyGan.AllParameters(gan));
    }

    [Fact]
    public void NoiseAndAugmentationChangeWhatDSeesAndNotTheImages()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var plain = TinyGan.Create(device);
        plain.TrainDiscriminator();
        foreach (var recipe in (Recipe[])[TinyGan.Recipe with { InstanceNoise = 0.5f }, TinyGan.Recipe with { Augment = new AugmentRecipe { Translate = 0.25f } }])
        {
            using var gan = TinyGan.Create(device, recipe);
            gan.Plan(10);
            gan.TrainDiscriminator();
            var seen = TinyGan.Read(gan.Batch.Pairs.SliceColumns(0, TinyGan.Image.Pixels));
            Assert.Equal(TinyGan.Read(plain.Batch.Images), TinyGan.Read(gan.Batch.Images));
            Assert.NotEqual(TinyGan.Read(gan.Batch.Images), seen);
            // In G's step the same images are changed anew.
            gan.TrainGenerator();
            Assert.NotEqual(seen, TinyGan.Read(gan.Batch.Pairs.SliceColumns(0, TinyGan.Image.Pixels)));
        }
    }

    [Fact]
    public void TranslatedImagesAreTheImagesElsewhere()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Recipe with { Augment = new AugmentRecipe { Translate = 0.25f } });
        gan.TrainDiscriminator();
        double[,] images = TinyGan.Read(gan.Batch.Images), seen = TinyGan.Read(gan.Batch.Pairs.SliceColumns(0, TinyGan.Image.Pixels));
        var moves = new HashSet<(int, int)>();
        for (int r = 0; r < 2 * Rows; r++)
        {
            var fitting = (from down in Enumerable.Range(-1, 3) from right in Enumerable.Range(-1, 3) where IsMoved(r, down, right) select (down, right)).ToArray();
            Assert.Single(fitting);
            moves.Add(fitting[0]);
        }
        Assert.True(moves.Count >= 5, $"Only {moves.Count} of nine moves in {2 * Rows} images.");

        bool IsMoved(int r, int down, int right)
        {
            for (int i = 0; i < 16; i++)
            {
                int row = i / 4 - down, column = i % 4 - right;
                bool inside = row is >= 0 and < 4 && column is >= 0 and < 4;
                if (seen[r, i] != (inside ? images[r, row * 4 + column] : -1))
                    return false;
            }
            return true;
        }
    }

    [Fact]
    public void LabelNoiseFlipsAShareOfTheTargets()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var memory = new DeviceMemory(device);
        var operators = new OperatorSet(device);
        using var clock = new StepClock(device, 3);
        const int batch = 500;
        var recipe = TinyGan.Recipe with { BatchSize = batch, LabelNoise = 0.2f, MismatchedPairs = 0.2f, Objective = ObjectiveKind.LeastSquares, RealTarget = 0.9f, FakeTarget = 0.1f };
        var loss = new ScoreLoss(recipe, TinyGan.Classes, operators, clock, memory, new MetricsBuffer(memory));
        var labels = memory.View<int>(2 * batch);
        Kernels.Matrix logits = memory.Column(2 * batch), dLogits = memory.Column(2 * batch);
        double[] Targets()
        {
            loss.ForDiscriminator(logits, labels, dLogits);
            clock.Advance();
            // Logits are 0, so least squares' gradient is −t times the pair's weight: 1/400 of a real pair, and 1/600 of any other.
            var gradients = TinyGan.Read(dLogits);
            return [.. Enumerable.Range(0, 2 * batch).Select(r => Math.Round(-gradients[r, 0] * (r < 400 ? 400 : 600), 4))];
        }
        double[] first = Targets(), second = Targets();
        Assert.All(first, t => Assert.Contains(t, (double[])[0.1, 0.9]));
        // Five standard deviations of 400 and of 500 draws.
        Assert.InRange(first[..400].Count(t => t == 0.1), 40, 120);
        Assert.All(first[400..500], t => Assert.Equal(0.1, t));
        Assert.InRange(first[500..].Count(t => t == 0.9), 55, 145);
        // Each side flips by a stream of its own: of 400 pairs of rows a fifth and a fifth meet in 16, not in 80.
        Assert.InRange(Enumerable.Range(0, 400).Count(r => first[r] == 0.1 && first[500 + r] == 0.9), 0, 40);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void EveryKindOfPairHasItsTargetItsWeightAndItsScore()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var memory = new DeviceMemory(device);
        var operators = new OperatorSet(device);
        using var clock = new StepClock(device, 3);
        var recipe = TinyGan.Recipe with { BatchSize = 4, MismatchedPairs = 0.25f, Objective = ObjectiveKind.LeastSquares, RealTarget = 0.75f, FakeTarget = 0.25f };
        var metrics = new MetricsBuffer(memory);
        var score = new ScoreLoss(recipe, TinyGan.Classes, operators, clock, memory, metrics);
        Kernels.Matrix logits = memory.Column(8), dLogits = memory.Column(8);
        // Three real pairs, a mismatched one, four generated ones.
        float[] z = [1, 2, 3, 10, 4, 5, 6, 9];
        logits.Data.CopyFromCPU(z);
        score.ForDiscriminator(logits, memory.View<int>(8), dLogits);
        var gradients = TinyGan.Read(dLogits);
        for (int r = 0; r < 8; r++)
            Assert.Equal(r < 3 ? (z[r] - 0.75) / 3 : (z[r] - 0.25) / 5, gradients[r, 0], 1e-6);
        var read = metrics.Read(1, recipe);
        Assert.Equal((2, 6), (read.RealScore, read.FakeScore));
        Assert.Equal(z[..3].Average(x => 0.5 * (x - 0.75) * (x - 0.75)) + z[3..].Average(x => 0.5 * (x - 0.25) * (x - 0.25)), read.DiscriminatorLoss, 1e-5);
    }

    [Fact]
    public void TheCriticsUpdatesAreThoseOfARunWhoseGeneratorStandsStill()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Recipe with { NCritic = 3 });
        using var still = TinyGan.Create(device);
        gan.TrainStep();
        for (int update = 0; update < 3; update++)
        {
            still.GoOnFrom(update);
            still.TrainDiscriminator();
        }
        Assert.Equal(still.DiscriminatorParameters.Values.Download(), gan.DiscriminatorParameters.Values.Download());
    }

    [Fact]
    public void TheAverageFollowsWeightsAndStatistics()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Recipe with { GeneratorAverage = 0.9f });
        var of = gan.GeneratorParameters;
        float[] values = of.Values.Download(), statistics = of.Statistics.Download();
        gan.TrainStep();
        var average = gan.AverageParameters!;
        Assert.Same(average, gan.SamplingParameters);
        Follows(values, of.Values.Download(), average.Values.Download());
        Follows(statistics, of.Statistics.Download(), average.Statistics.Download());

        // In step 0 the decay is (1 + 0)/(10 + 0). Three roundings of numbers below 2.
        static void Follows(float[] before, float[] after, float[] average)
        {
            Assert.NotEqual(before, after);
            for (int i = 0; i < before.Length; i++)
                Assert.Equal(0.1 * before[i] + 0.9 * after[i], average[i], 4e-7);
        }
    }
}
