using System.Diagnostics;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests;

public class AdversarialStepTests
{
    [Theory]
    [InlineData(GeneratorBatchKind.Shared, false), InlineData(GeneratorBatchKind.Fresh, false), InlineData(GeneratorBatchKind.Shared, true)]
    public void AStepOfDMovesDAloneAndAStepOfGMovesGAlone(GeneratorBatchKind batch, bool everything)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, (everything ? TinyGan.Everything : TinyGan.Recipe) with { GeneratorBatch = batch, GeneratorLabel = GeneratorLabelKind.Embedding, DiscriminatorLabel = DiscriminatorLabelKind.Embedding });
        float[] g0 = gan.GeneratorParameters.Values.Download(), d0 = gan.DiscriminatorParameters.Values.Download();

        gan.TrainDiscriminator();
        float[] d1 = gan.DiscriminatorParameters.Values.Download(), momentsOfD = gan.DiscriminatorParameters.SecondMoments.Download();
        Assert.Equal(g0, gan.GeneratorParameters.Values.Download());
        Assert.NotEqual(d0, d1);

        gan.TrainGenerator();
        Assert.Equal(d1, gan.DiscriminatorParameters.Values.Download());
        Assert.Equal(momentsOfD, gan.DiscriminatorParameters.SecondMoments.Download());
        Assert.NotEqual(g0, gan.GeneratorParameters.Values.Download());
    }

    [Fact]
    public void EveryTensorIsTrained()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Recipe with { GeneratorLabel = GeneratorLabelKind.Embedding, DiscriminatorLabel = DiscriminatorLabelKind.Embedding });
        var before = new[] { TinyGan.Tensors(gan.GeneratorParameters.Values), TinyGan.Tensors(gan.DiscriminatorParameters.Values) };
        for (int i = 0; i < 5; i++)
            gan.TrainStep();
        var after = new[] { TinyGan.Tensors(gan.GeneratorParameters.Values), TinyGan.Tensors(gan.DiscriminatorParameters.Values) };
        for (int n = 0; n < 2; n++)
        {
            foreach (var (name, tensor) in before[n])
                Assert.False(tensor.Cast<double>().SequenceEqual(after[n][name].Cast<double>()), $"{(n == 0 ? "G" : "D")}'s {name} did not move.");
        }
    }

    [Fact]
    public void TheLabelReachesBothNetworks()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Steady);
        float[] zero = gan.Sample([0], 0, 1, 5), one = gan.Sample([1], 0, 1, 5);
        Assert.NotEqual(zero, one);

        gan.TrainDiscriminator();
        int rows = gan.Batch.Pairs.Rows;
        var memory = device.Allocate<float>(2 * rows);
        var logits = new Kernels.Matrix(memory.View, 2 * rows, 1);
        gan.Discriminator.Forward(gan.Batch.Pairs, logits.SliceRows(0, rows), default);
        var swapped = device.Allocate<int>(rows);
        swapped.Upload([.. TinyGan.Read(gan.Batch.Labels).Select(l => (l + 1) % TinyGan.Classes)]);
        gan.Discriminator.EncodeLabels(swapped.View, gan.Batch.Pairs);
        gan.Discriminator.Forward(gan.Batch.Pairs, logits.SliceRows(rows, rows), default);
        var all = memory.Download();
        for (int r = 0; r < rows; r++)
            Assert.NotEqual(all[r], all[rows + r]);
        memory.Dispose();
        swapped.Dispose();
    }

    [Theory]
    [InlineData(1, 2, false), InlineData(2, 2, false), InlineData(1, 3, true)]
    public void EqualSeedsGiveEqualBitsOnAnyNumberOfThreads(int threadsA, int threadsB, bool everything)
    {
        float[] Train(int threads, ulong seed)
        {
            using var device = ComputeDevice.Open("cpu", threads);
            using var gan = TinyGan.Create(device, everything ? TinyGan.Everything : null, seed);
            gan.Plan(20);
            for (int i = 0; i < 20; i++)
                gan.TrainStep();
            return TinyGan.AllParameters(gan);
        }
        var a = Train(threadsA, 3);
        Assert.Equal(a, Train(threadsB, 3));
        Assert.NotEqual(a, Train(threadsB, 4));
    }

    public static IEnumerable<object[]> EverythingOrNot => [[false], [true]];

    [Theory]
    [OnCpuIlgpu(nameof(EverythingOrNot)), OnCuda(nameof(EverythingOrNot)), OnOpenCl(nameof(EverythingOrNot))]
    public void TheIlgpuKernelsTakeTheSameSteps(string name, bool everything)
    {
        // Two updates of D a step would let a first difference grow through the second.
        var recipe = everything ? TinyGan.Everything with { NCritic = 1 } : TinyGan.Recipe;
        float[] Train(string name)
        {
            var device = TestDevice.Get(name);
            using var gan = TinyGan.Create(device, recipe);
            gan.Plan(6);
            for (int i = 0; i < 3; i++)
            {
                long calls = device.HostCalls;
                gan.TrainStep();
                Assert.Equal(calls, device.HostCalls);
            }
            return TinyGan.AllParameters(gan);
        }
        float[] wide = Train("cpu"), ilgpu = Train(name);
        // Products are fused on one side and not on the other, and Adam's first steps are ±lr whatever the gradient's size, so a gradient
        // near zero may turn over: most elements agree closely, none by more than the 3 steps of 2e-4 taken, twice.
        double[] differences = [.. wide.Zip(ilgpu, (x, y) => (double)Math.Abs(x - y))];
        Assert.All(differences, d => Assert.True(d <= 2 * 3 * 2.1e-4, $"an element differs by {d}"));
        int close = differences.Count(d => d <= 2e-6);
        Assert.True(close >= 0.98 * differences.Length, $"only {close} of {differences.Length} elements agree");
        Assert.True(wide.Zip(TinyGanStart(), (x, y) => Math.Abs(x - y)).Max() > 4e-4, "training moved nothing");

        static float[] TinyGanStart()
        {
            using var device = ComputeDevice.Open("cpu", 1);
            using var gan = TinyGan.Create(device);
            return TinyGan.AllParameters(gan);
        }
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void AStepAllocatesNothing(bool critic)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, (critic ? CriticTests.Everything : TinyGan.Everything) with { GeneratorLabel = GeneratorLabelKind.Embedding, DiscriminatorLabel = DiscriminatorLabelKind.Embedding, GeneratorBatch = GeneratorBatchKind.Fresh });
        // Unoptimised code boxes where optimised code does not, and the runtime's own threads allocate while they optimise: the warm-up is over when
        // ten stretches of steps in a row allocated nothing on any thread. A step that allocates never gets there.
        var patience = Stopwatch.StartNew();
        int clean = 0;
        long last = 0;
        while (clean < 10 && patience.Elapsed < TimeSpan.FromMinutes(2))
        {
            long before = GC.GetTotalAllocatedBytes(precise: true), here = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 25; i++)
                gan.TrainStep();
            last = Math.Max(GC.GetAllocatedBytesForCurrentThread() - here, GC.GetTotalAllocatedBytes(precise: true) - before);
            clean = last == 0 ? clean + 1 : 0;
        }
        Assert.True(clean == 10, $"25 steps allocated {last} bytes.");
    }

    [Theory]
    [InlineData(3, false), InlineData(4, false), InlineData(5, false), InlineData(3, true)]
    public void ItLearnsWhichImageBelongsToWhichLabel(int seed, bool withMismatchedPairs)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        var recipe = TinyGan.Recipe with { GeneratorLearningRate = 1e-3f, DiscriminatorLearningRate = 1e-3f, MismatchedPairs = withMismatchedPairs ? 0.25f : 0 };
        using var gan = TinyGan.Create(device, recipe, (ulong)seed);
        double untrained = TinyGan.LabelAccuracy(gan);
        for (int i = 0; i < 2000; i++)
            gan.TrainStep();
        double trained = TinyGan.LabelAccuracy(gan);
        Assert.True(trained >= 0.95, $"{trained:P0} of the images show their label's quarter.");
        // A network that does not read the label, or has not learnt, gets about a third of them.
        Assert.True(untrained <= 0.7, $"{untrained:P0} before training: the score does not tell learning from luck.");
    }

    [Fact]
    public void AnImageSampledAloneIsTheImageSampledInABatch()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device);
        for (int i = 0; i < 5; i++)
            gan.TrainStep();
        int pixels = TinyGan.Image.Pixels;
        // More than one block of the sampler, so its seam is crossed.
        var batch = gan.Sample([2, 0], 0, 70, 9);
        foreach (int k in (int[])[0, 1, 63, 64, 69])
        {
            Assert.Equal(batch.AsSpan(k * pixels, pixels).ToArray(), gan.Sample([2], k, 1, 9));
            Assert.Equal(batch.AsSpan((70 + k) * pixels, pixels).ToArray(), gan.Sample([0], k, 1, 9));
        }
        Assert.NotEqual(batch, gan.Sample([2, 0], 0, 70, 10));
    }

    [Fact]
    public void DataThatDoNotFitAreRefused()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        using var gan = new ConditionalGan(device, TinyGan.Recipe, TinyGan.Image, TinyGan.Classes, 1);
        var (pixels, labels) = TinyGan.Data();
        Assert.Throws<InvalidOperationException>(gan.TrainStep);
        Assert.Throws<ArgumentException>(() => gan.Load(pixels.AsSpan(1), labels));
        Assert.Throws<ArgumentException>(() => gan.Load(pixels.AsSpan(0, 7 * 16), labels.AsSpan(0, 7)));
        labels[3] = 3;
        Assert.Throws<ArgumentException>(() => gan.Load(pixels, labels));
    }
}
