using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Layers;
using GpuCgan.Network.Recipes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Network;

/// <summary>
/// A conditional GAN on a device (Goodfellow et al. 2014; Mirza and Osindero 2014): G and D, their optimisers and the adversarial step
/// <code>
/// min_G max_D  E log D(x, y) + E log(1 − D(G(z, y), y))
/// </code>
/// with G in the non-saturating form, max E log D(G(z, y), y).
/// </summary>
/// <remarks>
/// <para>One step: a batch of real pairs and one of generated pairs under the same labels go through D as one batch of twice the size, and D moves; then
/// G moves against the new D, on the same images or on new ones as the recipe says. D trains in training mode in both, and a step of G takes no gradient
/// of D's parameters.</para>
/// <para>A step allocates nothing, copies nothing to the host and waits for nothing. Whatever is random in it is a function of the seed and the step, so equal
/// seeds give equal bits on one device, and a run that is resumed goes on with the bits it would have had.</para>
/// </remarks>
public sealed class ConditionalGan : IDisposable
{
    // Streams of dropout masks: the step of D, and the step of G behind it.
    private static readonly Pass PassOfD = new(true, 0);
    private static readonly Pass PassOfG = new(true, 64);

    private readonly ComputeDevice _device;
    private readonly DeviceMemory _memory;
    private readonly OperatorSet _operators;
    private readonly StepClock _clock;
    private readonly Generator _generator;
    private readonly Discriminator _discriminator;
    private readonly MetricsBuffer _metrics;
    private readonly ArrayView<int> _indices;
    private readonly ArrayView<int> _labels;
    private readonly Matrix _pairs;
    private readonly Matrix _logits;
    private readonly Matrix _dLogits;
    private readonly Matrix _dImages;
    private readonly Parameters? _average;
    private readonly FiniteWatch _finite;
    private TrainingData? _data;
    private int _stepsSinceReading;

    /// <summary>Allocates both networks on <paramref name="device"/> and draws their first parameters from <paramref name="seed"/>.</summary>
    /// <exception cref="InvalidDataException">The recipe is out of range.</exception>
    public ConditionalGan(ComputeDevice device, Recipe recipe, ImageShape image, int classes, ulong seed)
    {
        RecipeFile.Check(recipe, $"recipe '{recipe.Name}'");
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, 256);
        _device = device;
        Recipe = recipe;
        Image = image;
        Classes = classes;
        Seed = seed;
        _memory = new DeviceMemory(device);
        _operators = OperatorSet.Compile(device);
        _clock = new StepClock(device, seed);
        int batch = recipe.BatchSize;
        _generator = new Generator(recipe, image, classes, batch, _operators, _clock, _memory);
        _discriminator = new Discriminator(recipe, image, classes, 2 * batch, _operators, _clock, _memory);
        _metrics = new MetricsBuffer(_memory);
        _indices = _memory.View<int>(batch);
        _labels = _memory.View<int>(2 * batch);
        _pairs = _memory.Matrix(2 * batch, image.Pixels + classes);
        _logits = _memory.Column(2 * batch);
        _dLogits = _memory.Column(2 * batch);
        _dImages = _memory.Matrix(batch, image.Pixels);
        _finite = new FiniteWatch(_memory, _operators.FiniteCheck);
        _generator.Initialize();
        _discriminator.Initialize();
        if (recipe.GeneratorAverage > 0)
        {
            var of = _generator.Parameters;
            _average = new Parameters(of.Values.Layout, of.Statistics.Layout, _memory);
            _average.Values.Upload(of.Values.Download());
            _average.Statistics.Upload(of.Statistics.Download());
        }
    }

    /// <summary>Where it lies.</summary>
    public ComputeDevice Device => _device;

    /// <summary>What is trained.</summary>
    public Recipe Recipe { get; }

    /// <summary>The images' shape.</summary>
    public ImageShape Image { get; }

    /// <summary>Labels are 0 … Classes−1.</summary>
    public int Classes { get; }

    /// <summary>What every random number is a function of, beside the step.</summary>
    public ulong Seed { get; }

    /// <summary>Steps done, from the first start of the run.</summary>
    public long Step { get; private set; }

    /// <summary>Whether samples are drawn from an average of G and not from G itself.</summary>
    public bool HasAverage => _average is not null;

    /// <summary>Trainable numbers of G and of D.</summary>
    public (long Generator, long Discriminator) ParameterCounts => (_generator.Parameters.Count, _discriminator.Parameters.Count);

    internal Parameters GeneratorParameters => _generator.Parameters;

    internal Parameters DiscriminatorParameters => _discriminator.Parameters;

    /// <summary>G's average; null where the recipe keeps none.</summary>
    internal Parameters? AverageParameters => _average;

    /// <summary>What samples are drawn from: the average where there is one, else G itself.</summary>
    internal Parameters SamplingParameters => _average ?? _generator.Parameters;

    /// <summary>Copies the training images to the device.</summary>
    /// <param name="pixels">[count, channels, height, width], bytes.</param>
    /// <param name="labels">[count], each below <see cref="Classes"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not match, a label is out of range, or a batch is larger than the data.</exception>
    public void Load(ReadOnlySpan<byte> pixels, ReadOnlySpan<byte> labels)
    {
        if (pixels.Length != (long)labels.Length * Image.Pixels)
            throw new ArgumentException($"{pixels.Length} pixels are not {labels.Length} images of {Image}.", nameof(pixels));
        if (labels.Length < Recipe.BatchSize)
            throw new ArgumentException($"batch_size {Recipe.BatchSize} is larger than the training data, {labels.Length} images.", nameof(labels));
        foreach (byte label in labels)
        {
            if (label >= Classes)
                throw new ArgumentException($"Label {label} is not below {Classes}.", nameof(labels));
        }
        _data = new TrainingData(_memory, pixels, labels);
    }

    /// <summary>One step of D and one of G.</summary>
    /// <exception cref="InvalidOperationException">No data was loaded.</exception>
    public void TrainStep()
    {
        TrainDiscriminator();
        TrainGenerator();
        _clock.Advance();
        Step++;
        _stepsSinceReading++;
    }

    /// <summary>The first half of a step: a batch of real and one of generated pairs, and D moves.</summary>
    internal void TrainDiscriminator()
    {
        var data = _data ?? throw new InvalidOperationException("Load the training data first.");
        int batch = Recipe.BatchSize;

        // The generated pairs stand under labels from the data's own distribution: the real batch's.
        _operators.KeyedShuffle.Launch(_clock.View, Purpose.Shuffle, data.Count, _indices);
        _operators.GatherScale.Launch(_indices, data.Pixels, data.Labels, RealPairs.SliceColumns(0, Image.Pixels), _labels.SubView(0, batch));
        _labels.SubView(0, batch).CopyTo(_device.Stream, FakeLabels);
        _discriminator.EncodeLabels(_labels, _pairs);
        _generator.Forward(Purpose.Latent(0), FakeLabels, FakeImages, training: true);

        _discriminator.Forward(_pairs, _logits, PassOfD);
        Score(_logits.SliceRows(0, batch), Recipe.RealTarget, _dLogits.SliceRows(0, batch), _metrics.DiscriminatorLoss, _metrics.RealScore);
        Score(_logits.SliceRows(batch, batch), Recipe.FakeTarget, _dLogits.SliceRows(batch, batch), _metrics.DiscriminatorLoss, _metrics.FakeScore);
        _discriminator.BackwardToParameters(_labels, _pairs, _logits, _dLogits, PassOfD);
        _discriminator.Parameters.Update(_operators.Adam, _clock, 1, 0, Recipe.DiscriminatorAdam);
    }

    /// <summary>The second half: G moves against the D of now. It wants its images called real: target 1, whatever D's smoothed target is.</summary>
    internal void TrainGenerator()
    {
        int batch = Recipe.BatchSize;
        if (Recipe.GeneratorBatch == GeneratorBatchKind.Fresh)
        {
            _operators.Philox.Integers(_clock.View, Purpose.Labels(0), FakeLabels, Classes);
            _generator.Forward(Purpose.Latent(1), FakeLabels, FakeImages, training: true);
        }
        // Also for the same images: D has moved, and a learnt label table with it.
        _discriminator.EncodeLabels(FakeLabels, FakePairs);
        var logits = _logits.SliceRows(0, batch);
        var dLogits = _dLogits.SliceRows(0, batch);
        _discriminator.Forward(FakePairs, logits, PassOfG);
        Score(logits, 1, dLogits, _metrics.GeneratorLoss, _metrics.FakeScoreAfterUpdate);
        _discriminator.BackwardToImages(FakePairs, logits, dLogits, _dImages, PassOfG);
        _generator.Backward(FakeLabels, FakeImages, _dImages);
        _generator.Parameters.Update(_operators.Adam, _clock, 1, 0, Recipe.GeneratorAdam);
        if (_average is not null)
        {
            _operators.Average.Launch(_average.Values.View, _generator.Parameters.Values.View, Recipe.GeneratorAverage);
            _operators.Average.Launch(_average.Statistics.View, _generator.Parameters.Statistics.View, Recipe.GeneratorAverage);
        }
    }

    /// <summary>[2·batch, pixels + classes]: the real pairs, then the generated ones.</summary>
    internal Matrix Pairs => _pairs;

    /// <summary>[2·batch]: the labels of <see cref="Pairs"/>.</summary>
    internal ArrayView<int> Labels => _labels;

    internal Generator Generator => _generator;

    internal Discriminator Discriminator => _discriminator;

    private Matrix RealPairs => _pairs.SliceRows(0, Recipe.BatchSize);

    private Matrix FakePairs => _pairs.SliceRows(Recipe.BatchSize, Recipe.BatchSize);

    private Matrix FakeImages => FakePairs.SliceColumns(0, Image.Pixels);

    private ArrayView<int> FakeLabels => _labels.SubView(Recipe.BatchSize, Recipe.BatchSize);

    private void Score(Matrix logits, float target, Matrix dLogits, ArrayView<float> loss, ArrayView<float> score)
    {
        if (Recipe.Objective == ObjectiveKind.LeastSquares)
            _operators.LeastSquares.Launch(logits, target, dLogits, loss, score);
        else
            _operators.BinaryCrossEntropy.Launch(logits, target, dLogits, loss, score);
    }

    /// <summary>Waits for the device and returns the means over the steps since the last reading.</summary>
    /// <exception cref="InvalidOperationException">There was no step since.</exception>
    public StepMetrics ReadMetrics()
    {
        if (_stepsSinceReading == 0)
            throw new InvalidOperationException("There was no step since the last reading.");
        var metrics = _metrics.Read(_stepsSinceReading);
        _stepsSinceReading = 0;
        return metrics;
    }

    /// <summary>
    /// Waits for the device and names the first thing that is not finite, or returns null: a weight, a statistic, a gradient or a moment of a network, such as
    /// <c>discriminator linear2.weight</c> or <c>generator linear1.bias (gradient)</c>, or a loss since the last reading.
    /// </summary>
    public string? FindNonFinite()
    {
        // The weights first: they are what a person knows by name, and what everything else is computed from.
        var watched = SavedArenas().Append(("generator.gradient", _generator.Parameters.Gradients)).Append(("discriminator.gradient", _discriminator.Parameters.Gradients));
        return _finite.Find([.. watched.OrderBy(arena => arena.Item1.Contains('.'))]) ?? _metrics.FindNonFinite();
    }

    /// <summary>All that the next step follows from beside recipe, seed and step, with the names that checkpoints give it.</summary>
    internal IEnumerable<(string Name, Arena Arena)> SavedArenas()
    {
        foreach (var (name, p) in ((string, Parameters)[])[("generator", _generator.Parameters), ("discriminator", _discriminator.Parameters)])
        {
            yield return (name, p.Values);
            yield return ($"{name}.statistics", p.Statistics);
            yield return ($"{name}.adam_first", p.FirstMoments);
            yield return ($"{name}.adam_second", p.SecondMoments);
        }
        if (_average is not null)
        {
            yield return ("generator_average", _average.Values);
            yield return ("generator_average.statistics", _average.Statistics);
        }
    }

    /// <summary>The sums that <see cref="ReadMetrics"/> will make means of, and over how many steps.</summary>
    internal float[] MetricSums => _metrics.Sums;

    internal int StepsSinceReading => _stepsSinceReading;

    /// <summary>Images G makes for <paramref name="labels"/>: see <see cref="Sampler"/>. For a few images; whoever wants many keeps a sampler.</summary>
    public float[] Sample(IReadOnlyList<int> labels, int firstImage, int count, ulong seed)
    {
        using var sampler = new Sampler(_device, _operators, this);
        return sampler.Draw(labels, firstImage, count, seed);
    }

    /// <summary>What samples are drawn with, G's average where there is one, for other programs.</summary>
    /// <exception cref="NotSupportedException">A layer has no description; it is named.</exception>
    public GeneratorDescription DescribeGenerator() => _generator.Describe(SamplingParameters, Classes, Image);

    /// <summary>The weights and running statistics that samples are drawn with, G's average where there is one.</summary>
    public IReadOnlyList<NamedTensor> GeneratorTensors()
    {
        var tensors = new List<NamedTensor>();
        foreach (var arena in (Arena[])[SamplingParameters.Values, SamplingParameters.Statistics])
        {
            var all = arena.Download();
            tensors.AddRange(arena.Layout.Slots.Select(slot => new NamedTensor(slot.Name, slot.Shape, new ReadOnlyMemory<float>(all, (int)slot.Offset, slot.Length))));
        }
        return tensors;
    }

    /// <summary>Waits for everything that is queued.</summary>
    public void Synchronize() => _device.Synchronize();

    /// <summary>Sets the step that the next one goes on from: a resumed run.</summary>
    internal void GoOnFrom(long step)
    {
        Step = step;
        _clock.Set(checked((uint)step), Seed);
    }

    /// <summary>Goes on with the sums of a log interval that was under way: a resumed run.</summary>
    internal void GoOnMeasuring(float[] sums, int steps)
    {
        _metrics.Sums = sums;
        _stepsSinceReading = steps;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _clock.Dispose();
        _memory.Dispose();
    }
}
