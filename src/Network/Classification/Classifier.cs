using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Layers;
using ILGPU;

namespace GpuCgan.Network.Classification;

/// <summary>
/// A network that reads the label of an image in [−1, 1]: (linear, batch normalisation, ReLU, dropout)… → linear, BN, ReLU = features → linear = logits. Trained with
/// softmax cross-entropy and Adam (Kingma and Ba 2015), the rate falling to 0, on images moved at random where the recipe says so.
/// </summary>
/// <remarks>Whatever is random is a function of the recipe's seed: equal data give equal bits on one device, whatever its threads.</remarks>
public sealed class Classifier : IDisposable
{
    /// <summary>The learning rate falls, and the host looks at the loss, this often in a training.</summary>
    private const int Stairs = 50;

    private static readonly Pass Training = new(true, 0);
    private static readonly Pass Inference = new(false, 0);

    private readonly ComputeDevice _device;
    private readonly DeviceMemory _memory;
    private readonly OperatorSet _operators;
    private readonly StepClock _clock;
    private readonly Stack _body;
    private readonly Stack _head;
    private readonly Matrix _images;
    private readonly Matrix _moved;
    private readonly Matrix _features;
    private readonly Matrix _dFeatures;
    private readonly Matrix _logits;
    private readonly Matrix _dLogits;
    private readonly ArrayView<int> _labels;
    private readonly ArrayView<int> _offsets;
    private readonly DeviceArray<int> _indices;
    private readonly DeviceArray<float> _featureMemory;
    private readonly DeviceArray<float> _logitMemory;
    private readonly DeviceArray<float> _loss;
    private readonly DeviceArray<int> _correct;

    /// <summary>Allocates the network on <paramref name="device"/> with its first weights.</summary>
    public Classifier(ComputeDevice device, ClassifierRecipe recipe, ImageShape image, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, 256);
        _device = device;
        Recipe = recipe;
        Image = image;
        Classes = classes;
        _memory = new DeviceMemory(device);
        _operators = new OperatorSet(device);
        _clock = new StepClock(device, recipe.Seed);

        var trainable = new ArenaLayout();
        var statistics = new ArenaLayout();
        int[] widths = [image.Pixels, .. image.ScaleWidths(recipe.Widths), classes];
        int hidden = widths.Length - 2;
        var linears = new LinearSlots[hidden + 1];
        var norms = new BatchNormSlots[hidden];
        for (int i = 0; i <= hidden; i++)
        {
            linears[i] = LinearSlots.Add(trainable, $"linear{i + 1}", widths[i], widths[i + 1], stream: 1 + 2 * i);
            if (i < hidden)
                norms[i] = BatchNormSlots.Add(trainable, statistics, $"norm{i + 1}", widths[i + 1]);
        }
        Parameters = new Parameters(trainable, statistics, _memory);
        var body = new List<Layer>();
        for (int i = 0; i < hidden; i++)
        {
            body.Add(new Linear(_operators, Parameters, _clock, linears[i], Activation.Identity));
            body.Add(new BatchNormalization(_operators, Parameters, _memory, norms[i], new BatchNormOptions(), Activation.Relu));
            if (i < hidden - 1 && recipe.Dropout > 0)
                body.Add(new DropoutLayer(_operators, _clock, widths[i + 1], i, recipe.Dropout, inPlace: true));
        }
        int batch = recipe.BatchSize;
        _body = new Stack(body, batch, _memory);
        _head = new Stack([new Linear(_operators, Parameters, _clock, linears[hidden], Activation.Identity)], batch, _memory);

        FeatureWidth = widths[hidden];
        _images = _memory.Matrix(batch, image.Pixels);
        _moved = recipe.Translation > 0 ? _memory.Matrix(batch, image.Pixels) : _images;
        _featureMemory = _memory.Array<float>((long)batch * FeatureWidth);
        _features = new Matrix(_featureMemory.View, batch, FeatureWidth);
        _dFeatures = _memory.Matrix(batch, FeatureWidth);
        _logitMemory = _memory.Array<float>((long)batch * classes);
        _logits = new Matrix(_logitMemory.View, batch, classes);
        _dLogits = _memory.Matrix(batch, classes);
        _labels = _memory.View<int>(batch);
        _offsets = _memory.View<int>(2 * batch);
        _indices = _memory.Array<int>(batch);
        _loss = _memory.Array<float>(1);
        _correct = _memory.Array<int>(1);
        _body.Initialize();
        _head.Initialize();
    }

    /// <summary>What it is.</summary>
    public ClassifierRecipe Recipe { get; }

    /// <summary>The images' shape.</summary>
    public ImageShape Image { get; }

    /// <summary>Labels are 0 … Classes−1.</summary>
    public int Classes { get; }

    /// <summary>Features an image.</summary>
    public int FeatureWidth { get; }

    internal Parameters Parameters { get; }

    /// <summary>Trains from the first weights to the end. Once: for other data make another.</summary>
    /// <param name="pixels">[count, channels, height, width], bytes.</param>
    /// <param name="labels">[count], each below <see cref="Classes"/>.</param>
    /// <param name="progress">Told now and then how far it is.</param>
    /// <exception cref="ArgumentException">The lengths do not match, or a label is out of range.</exception>
    /// <exception cref="InvalidOperationException">The loss is not finite.</exception>
    public void Train(ReadOnlySpan<byte> pixels, ReadOnlySpan<byte> labels, Action<ClassifierProgress>? progress = null)
    {
        if (labels.Length == 0 || pixels.Length != (long)labels.Length * Image.Pixels)
            throw new ArgumentException($"{pixels.Length} pixels are not {labels.Length} images of {Image}.", nameof(pixels));
        if (labels.IndexOfAnyExceptInRange((byte)0, (byte)(Classes - 1)) is >= 0 and var wrong)
            throw new ArgumentException($"Label {labels[wrong]} of image {wrong} is not below {Classes}.", nameof(labels));
        using var memory = new DeviceMemory(_device);
        var data = new TrainingData(memory, pixels, labels);
        int steps = Recipe.StepsFor(data.Count);
        for (int stair = 0, step = 0; stair < Stairs; stair++)
        {
            int first = step, next = (int)((stair + 1L) * steps / Stairs);
            _clock.Set((uint)step, Recipe.Seed, 1 - stair / (float)Stairs);
            for (; step < next; step++)
                TrainStep(data);
            if (next == first)
                continue;
            var state = ReadProgress((stair + 1) / (double)Stairs, next - first);
            progress?.Invoke(state);
        }
    }

    /// <summary>One step on the next batch.</summary>
    internal void TrainStep(TrainingData data)
    {
        _operators.KeyedShuffle.Launch(_clock.View, Purpose.Shuffle, data.Labels, _indices.View, _labels);
        _operators.GatherScale.Launch(_indices.View, data.Pixels, _images);
        if (Recipe.Translation > 0)
        {
            _operators.Philox.Integers(_clock.View, Purpose.Translation, _offsets, 2 * Recipe.Translation + 1);
            _operators.Translate.Launch(_images, _offsets, _moved, Image.Height, Image.Width, Recipe.Translation, fill: -1);
        }
        _body.Forward(_moved, _features, Training);
        _head.Forward(_features, _logits, Training);
        _operators.SoftmaxCrossEntropy.Launch(_logits, _labels, _dLogits, _loss.View, _correct.View);
        _head.Backward(_features, _logits, _dLogits, _dFeatures, Range.All, Training, weights: true);
        _body.Backward(_moved, _features, _dFeatures, null, Range.All, Training, weights: true);
        _operators.Adam.Launch(_clock.View, 1, 0, Parameters.Values.View, Parameters.Gradients.View, Parameters.FirstMoments.View, Parameters.SecondMoments.View, Recipe.Adam);
        _clock.Advance();
    }

    /// <summary>The labels and features of images, normalised by the running statistics: an image has the same ones alone and among others.</summary>
    /// <param name="pixels">[count, channels, height, width], bytes.</param>
    /// <exception cref="ArgumentException">They are no whole number of images.</exception>
    public ClassifierReading Read(ReadOnlySpan<byte> pixels)
    {
        if (pixels.Length % Image.Pixels != 0)
            throw new ArgumentException($"{pixels.Length} pixels are no whole number of images of {Image}.", nameof(pixels));
        int count = pixels.Length / Image.Pixels, batch = Recipe.BatchSize;
        var labels = new int[count];
        var features = new float[(long)count * FeatureWidth];
        using var memory = new DeviceMemory(_device);
        var block = memory.Array<byte>((long)batch * Image.Pixels);
        var bytes = new byte[block.Length];
        var featuresOfBlock = new float[_featureMemory.Length];
        var logits = new float[_logitMemory.Length];
        _indices.Upload([.. Enumerable.Range(0, batch)]);
        for (int start = 0; start < count; start += batch)
        {
            int taken = Math.Min(batch, count - start);
            pixels.Slice(start * Image.Pixels, taken * Image.Pixels).CopyTo(bytes);
            block.Upload(bytes);
            _operators.GatherScale.Launch(_indices.View, block.View, _images);
            _body.Forward(_images, _features, Inference);
            _head.Forward(_features, _logits, Inference);
            _featureMemory.Download(featuresOfBlock);
            _logitMemory.Download(logits);
            featuresOfBlock.AsSpan(0, taken * FeatureWidth).CopyTo(features.AsSpan(start * FeatureWidth));
            for (int i = 0; i < taken; i++)
                labels[start + i] = IndexOfLargest(logits.AsSpan(i * Classes, Classes));
        }
        return new ClassifierReading(labels, features, FeatureWidth);
    }

    /// <summary>[batch, pixels]: the images of the last step, moved.</summary>
    internal Matrix LastImages => _moved;

    /// <summary>[batch]: their labels.</summary>
    internal ArrayView<int> LastLabels => _labels;

    /// <summary>Steps done and what the learning rate is multiplied by.</summary>
    internal StepState State => _clock.Read();

    /// <summary>Waits for the device, reads what <paramref name="steps"/> steps have added up, and starts anew.</summary>
    /// <exception cref="InvalidOperationException">The loss is not finite.</exception>
    internal ClassifierProgress ReadProgress(double done, int steps)
    {
        var progress = new ClassifierProgress(done, _loss.Download()[0] / (double)steps, _correct.Download()[0] / ((double)steps * Recipe.BatchSize));
        if (!double.IsFinite(progress.Loss))
            throw new InvalidOperationException("The loss of a classifier is not finite.");
        _loss.Upload([0]);
        _correct.Upload([0]);
        return progress;
    }

    /// <summary>The first of equal ones.</summary>
    private static int IndexOfLargest(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int c = 1; c < logits.Length; c++)
        {
            if (logits[c] > logits[best])
                best = c;
        }
        return best;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _clock.Dispose();
        _memory.Dispose();
    }
}
