using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Architecture;
using GpuCgan.Network.Augmentations;
using GpuCgan.Network.Layers;
using GpuCgan.Network.Losses;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network;

/// <summary>
/// A conditional GAN on a device (Goodfellow et al. 2014; Mirza and Osindero 2014): G and D, their optimisers and the adversarial step
/// <code>
/// min_G max_D  E log D(x, y) + E log(1 − D(G(z, y), y))
/// </code>
/// with G in the non-saturating form, max E log D(G(z, y), y), or another <see cref="AdversarialObjective"/>.
/// </summary>
/// <remarks>
/// <para>One step: a batch of real pairs and one of generated pairs under the same labels go through D as one batch of twice the size, and D moves, n_critic
/// times; then G moves against the new D, on the same images or on new ones as the recipe says. D trains in training mode in both, and a step of G takes no
/// gradient of D's parameters.</para>
/// <para>A step allocates nothing, copies nothing to the host and waits for nothing. Whatever is random in it is a function of the seed and the step, so equal
/// seeds give equal bits on one device, and a run that is resumed goes on with the bits it would have had.</para>
/// </remarks>
public sealed partial class ConditionalGan : IDisposable
{
    // Streams of dropout masks: the step of D, and the step of G behind it.
    private static readonly Pass PassOfD = new(true, 0, Groups: 2);
    private static readonly Pass PassOfG = new(true, 64, Learns: false);

    // Streams of augmentations, likewise.
    private const int StreamOfD = 0;
    private const int StreamOfG = AugmentationChain.StreamsAUse;

    private readonly ComputeDevice _device;
    private readonly DeviceMemory _memory;
    private readonly OperatorSet _operators;

    // Counts D's updates: everything random in a step is drawn by it. G's optimiser counts steps; with one update of D a step they are one clock.
    private readonly StepClock _clock;
    private readonly StepClock _generatorClock;
    private readonly StepRecorder _recorder;
    private readonly Action _step;
    private readonly Generator _generator;
    private readonly Discriminator _discriminator;
    private readonly MetricsBuffer _metrics;
    private readonly AdversarialBatch _batch;
    private readonly AugmentationChain _augmentations;
    private readonly PairLoss _loss;
    private readonly Optimizer _optimizerOfG;
    private readonly Optimizer _optimizerOfD;
    private readonly Regularizer? _regularizer;
    private readonly Parameters? _average;
    private readonly FiniteWatch _finite;
    private DiagnosticsReader? _diagnostics;
    private TrainingData? _data;
    private int _stepsSinceReading;

    /// <summary>Allocates both networks on <paramref name="device"/> and draws their first parameters from <paramref name="seed"/>.</summary>
    /// <exception cref="InvalidDataException">The recipe is out of range, or makes no network for these images.</exception>
    public ConditionalGan(ComputeDevice device, Recipe recipe, ImageShape image, int classes, ulong seed)
        : this(device, recipe, image, classes, seed, long.MaxValue)
    {
    }

    /// <summary>As the other constructor, within so many bytes of device memory.</summary>
    /// <exception cref="InvalidDataException">The recipe is out of range, or its networks need more.</exception>
    internal ConditionalGan(ComputeDevice device, Recipe recipe, ImageShape image, int classes, ulong seed, long mostBytes)
    {
        RecipeFile.Check(recipe, $"recipe '{recipe.Name}'");
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, 256);
        var plan = GanPlan.Of(recipe, image, classes);
        _device = device;
        Recipe = recipe;
        Architecture = plan;
        Image = image;
        Classes = classes;
        Seed = seed;
        _memory = new DeviceMemory(device, mostBytes);
        _operators = new OperatorSet(device);
        _clock = _memory.Own(new StepClock(device, seed));
        _generatorClock = recipe.NCritic == 1 ? _clock : _memory.Own(new StepClock(device, seed));
        _recorder = new StepRecorder(device);
        _step = StepOnDevice;
        int batch = recipe.BatchSize;
        _generator = new Generator(recipe, plan.Generator, plan.GeneratorLabel, classes, batch, _operators, _clock, _memory);
        _discriminator = new Discriminator(recipe, plan.Discriminator, plan.DiscriminatorLabel, image, classes, 2 * batch, _operators, _clock, _memory);
        _metrics = new MetricsBuffer(_memory, recipe.Regularizer != RegularizerKind.None);
        _loss = PairLoss.Of(recipe, classes, _operators, _clock, _memory, _metrics);
        _augmentations = new AugmentationChain(recipe, image, 2 * batch, _operators, _clock, _memory);
        _batch = new AdversarialBatch(recipe, plan, image, apart: !_augmentations.IsEmpty, _memory);
        _optimizerOfG = Optimizer.OfGenerator(recipe, _operators, _generator.Parameters, _generatorClock);
        _optimizerOfD = Optimizer.OfDiscriminator(recipe, _operators, _discriminator.Parameters, _clock);
        _regularizer = Regularizer.Of(recipe, _discriminator, _batch.Pairs.Columns, image.Pixels, _operators, _clock, _memory);
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

    /// <summary>Why a device that could replay a recorded step launches its kernels one by one; null where it replays, or never could. See <see cref="StepRecorder.WhyPlain"/>.</summary>
    public string? WhyNotRecorded => _recorder.WhyPlain;

    /// <summary>Whether steps are replayed by now, each phase as it was recorded, rather than launched kernel by kernel.</summary>
    public bool IsReplaying => _recorder.IsReplaying;

    /// <summary>
    /// The run's length, which a decay of the learning rates and the fall of instance noise are measured by; 0 where none is planned, and then neither changes. A run that is resumed
    /// under another plan goes on along that one's schedule.
    /// </summary>
    public long PlannedSteps { get; private set; }

    /// <summary>Sets <see cref="PlannedSteps"/>: before the first step, and again in a run that is resumed.</summary>
    public void Plan(long steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        PlannedSteps = steps;
        _recorder.Forget();
        Plan(_generatorClock, steps);
        if (_generatorClock != _clock)
            Plan(_clock, steps * Recipe.NCritic);

        void Plan(StepClock clock, long length) =>
            clock.Plan(new StepSchedule((int)Math.Min(int.MaxValue, length), (int)Math.Min(int.MaxValue, Math.Ceiling(length * (double)Recipe.LearningRateDecay))));
    }

    /// <summary>Trainable numbers of G and of D.</summary>
    public (long Generator, long Discriminator) ParameterCounts => (_generator.Parameters.Count, _discriminator.Parameters.Count);

    /// <summary>The shapes of both networks' layers.</summary>
    internal GanPlan Architecture { get; }

    internal Parameters GeneratorParameters => _generator.Parameters;

    internal Parameters DiscriminatorParameters => _discriminator.Parameters;

    /// <summary>G's average; null where the recipe keeps none.</summary>
    internal Parameters? AverageParameters => _average;

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
        _recorder.Forget();
        _data = new TrainingData(_memory, pixels, labels);
    }

    /// <summary>Steps that are best wanted at once (<see cref="TrainSteps"/>): 1, and more where the device replays recorded ones.</summary>
    public int StepsAtOnce => _recorder.CallsAtOnce;

    /// <summary>One step: as many of D as the recipe's n_critic says, each on new data, and one of G.</summary>
    /// <exception cref="InvalidOperationException">No data was loaded.</exception>
    public void TrainStep() => TrainSteps(1);

    /// <summary>So many steps, to the bits of as many <see cref="TrainStep"/>s.</summary>
    /// <exception cref="InvalidOperationException">No data was loaded.</exception>
    public void TrainSteps(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (_data is null)
            throw new InvalidOperationException("Load the training data first.");
        _recorder.Run(0, _step, count);
        Step += count;
        _stepsSinceReading += count;
    }

    /// <summary>All that a step does on the device: what a recording holds.</summary>
    internal void StepOnDevice()
    {
        for (int update = 1; update < Recipe.NCritic; update++)
        {
            TrainDiscriminator();
            _device.Join();
            _clock.Advance();
        }
        TrainDiscriminator();
        TrainGenerator();
        _device.Join();
        _clock.Advance();
        if (_generatorClock != _clock)
            _generatorClock.Advance();
    }

    /// <summary>An update of D: a batch of real and one of generated pairs, and D moves, which is a branch: whoever asks D next joins it.</summary>
    internal void TrainDiscriminator()
    {
        var data = _data ?? throw new InvalidOperationException("Load the training data first.");

        using (_device.Beside())
            _generator.DrawLatents(Purpose.Latent(0), _batch.FakeImages.Rows);
        // The generated pairs stand under labels from the data's own distribution: the real batch's.
        _operators.KeyedShuffle.Launch(_clock.View, Purpose.Shuffle, data.Labels, _batch.Indices, _batch.Labels);
        _device.Join();
        // Meanwhile G reads the other half of the labels, and writes the other half of the images, behind which a code lies.
        using (_device.Beside())
            _operators.GatherScale.Launch(_batch.Indices, data.Pixels, _batch.RealImages);
        using (_device.Beside())
        {
            _loss.Mismatch(_batch.RealLabels);
            _discriminator.EncodeLabels(_batch.Labels, _batch.Pairs);
        }
        _generator.Forward(_batch.FakeLabels, _batch.FakeImages, training: true);
        if (!_augmentations.IsEmpty)
            _device.Join();
        _augmentations.Forward(_batch.Images, _batch.Seen, StreamOfD);
        _device.Join();

        _discriminator.Forward(_batch.Pairs, _batch.Logits, PassOfD);
        _loss.ForDiscriminator(_batch.Logits, _batch.Labels, _batch.LogitGradients);
        var normalized = _discriminator.Parameters.Normalized;
        _optimizerOfD.Begin();
        // Gradients that a penalty adds to, or that are taken through σ, are final at the end alone.
        bool isFinal = _regularizer is null && normalized is null;
        _discriminator.BackwardToParameters(_batch.Labels, _batch.Pairs, _batch.Logits, _batch.LogitGradients, PassOfD, isFinal ? _optimizerOfD : null);
        _regularizer?.Accumulate(_batch.Pairs, _batch.Labels, _metrics);
        normalized?.Backward(_discriminator.Parameters.Gradients);
        using (_device.Beside())
            _optimizerOfD.Finish();
        if (normalized is null)
            return;
        _device.Join();
        normalized.Follow(_discriminator.Parameters.Values);
    }

    /// <summary>The update of G: it moves against the D of now, and wants its images called real, whatever D's smoothed target is.</summary>
    internal void TrainGenerator()
    {
        Matrix images = _batch.FakeImages, pairs = _batch.FakePairs, logits = _batch.HalfLogits, dLogits = _batch.HalfLogitGradients;
        var labels = _batch.FakeLabels;
        bool isFresh = Recipe.GeneratorBatch == GeneratorBatchKind.Fresh;
        if (isFresh)
        {
            _operators.Philox.Integers(_clock.View, Purpose.Labels(0), labels, Classes);
            _generator.DrawLatents(Purpose.Latent(1), images.Rows);
        }
        // Also for the same images: D has moved, a learnt label table with it, and an augmentation is drawn anew. Other codes need not wait for D.
        if (_discriminator.LearnsCodes)
            _device.Join();
        using (_device.Beside())
            _discriminator.EncodeLabels(labels, pairs);
        if (isFresh)
            _generator.Forward(labels, images, training: true);
        _augmentations.Forward(images, _batch.FakeSeen, StreamOfG);
        _device.Join();
        _discriminator.Forward(pairs, logits, PassOfG);
        _loss.ForGenerator(logits, labels, dLogits);
        // Where D sees the images as they are, its first layer takes the gradient through G's last nonlinearity too.
        var front = _augmentations.IsEmpty && _discriminator.TakesSlope ? _generator.SlopeOf(images) : null;
        var dSeen = _discriminator.BackwardToImages(pairs, logits, dLogits, PassOfG, front);
        var dImages = _batch.ImageGradients ?? dSeen;
        _augmentations.Backward(dSeen, dImages, StreamOfG);
        _optimizerOfG.Begin();
        _generator.Backward(labels, images, dImages, _optimizerOfG, isSloped: front is not null);
        _optimizerOfG.Finish();
        if (_average is not null)
        {
            using (_device.Beside())
                _operators.Average.Launch(_generatorClock.View, _average.Statistics.View, _generator.Parameters.Statistics.View, Recipe.GeneratorAverage);
            _operators.Average.Launch(_generatorClock.View, _average.Values.View, _generator.Parameters.Values.View, Recipe.GeneratorAverage);
        }
    }

    internal AdversarialBatch Batch => _batch;

    internal Generator Generator => _generator;

    internal Discriminator Discriminator => _discriminator;

    /// <summary>[batch, pixels + label code]: where the last penalty was taken; null where the recipe has none.</summary>
    internal Matrix? PenaltyPoints => _regularizer?.Points(_batch.Pairs);

    /// <summary>Waits for the device and returns the means over the steps since the last reading.</summary>
    /// <exception cref="InvalidOperationException">There was no step since.</exception>
    public StepMetrics ReadMetrics()
    {
        if (_stepsSinceReading == 0)
            throw new InvalidOperationException("There was no step since the last reading.");
        var metrics = _metrics.Read(_stepsSinceReading, Recipe);
        _stepsSinceReading = 0;
        return metrics;
    }

    /// <summary>Waits for the device and looks at what the last step left there.</summary>
    public StepDiagnostics ReadDiagnostics() => (_diagnostics ??= new DiagnosticsReader(_device, _operators, _memory, this)).Read(this);

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

    /// <summary>Waits for everything that is queued.</summary>
    public void Synchronize() => _device.Synchronize();

    /// <inheritdoc/>
    public void Dispose()
    {
        _recorder.Dispose();
        _memory.Dispose();
    }
}
