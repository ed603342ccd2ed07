using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using ILGPU.Runtime;

namespace GpuCgan.Network;

/// <summary>
/// Draws images from a trained G, normalised by its running statistics. Image k of label y is a function of (seed, y, k) alone: asked for alone or among others, in any
/// order, it has the same bits.
/// </summary>
internal sealed class Sampler : IDisposable
{
    private const int Rows = 64;

    private readonly ComputeDevice _device;
    private readonly DeviceMemory _memory;
    private readonly StepClock _clock;
    private readonly Generator _generator;
    private readonly DeviceArray<int> _labels;
    private readonly DeviceArray<float> _images;
    private readonly int _pixels;
    private readonly int _latent;
    private readonly int _classes;

    public Sampler(ComputeDevice device, OperatorSet operators, ConditionalGan gan)
    {
        _device = device;
        _memory = new DeviceMemory(device);
        _clock = new StepClock(device, 0);
        _generator = new Generator(gan.Recipe, gan.Architecture.Generator, gan.Architecture.GeneratorLabel, gan.Classes, Rows, operators, _clock, _memory, gan.SamplingParameters);
        _labels = _memory.Array<int>(Rows);
        _pixels = gan.Image.Pixels;
        _images = _memory.Array<float>(Rows * _pixels);
        _latent = gan.Recipe.Latent;
        _classes = gan.Classes;
    }

    /// <summary>[labels, count, channels, height, width] in [−1, 1]: images firstImage … firstImage+count−1 of each label.</summary>
    public float[] Draw(IReadOnlyList<int> labels, int firstImage, int count, ulong seed)
    {
        var result = new float[(long)labels.Count * count * _pixels];
        var block = new float[Rows * _pixels];
        var images = new Matrix(_images.View, Rows, _pixels);
        var labelsOfBlock = new int[Rows];
        for (int i = 0; i < labels.Count; i++)
        {
            Array.Fill(labelsOfBlock, labels[i]);
            _labels.Upload(labelsOfBlock);
            // Image k is row k % Rows of block k / Rows, and a block is always drawn whole: the clock's step is its number.
            for (int image = firstImage; image < firstImage + count;)
            {
                int row = image % Rows;
                int taken = Math.Min(Rows - row, firstImage + count - image);
                _clock.Set((uint)(image / Rows), seed);
                _generator.DrawLatents(Purpose.Sampling(labels[i]), images.Rows);
                _generator.Forward(_labels.View, images, training: false);
                _images.Download(block);
                block.AsSpan(row * _pixels, taken * _pixels).CopyTo(result.AsSpan((i * count + image - firstImage) * _pixels));
                image += taken;
            }
        }
        return result;
    }

    /// <summary>[latent]: what image <paramref name="image"/> of a label is drawn from.</summary>
    public float[] Latent(int label, int image, ulong seed)
    {
        Draw([label], image, 1, seed);
        var input = _generator.LastLatents.SliceRows(image % Rows, 1);
        var latent = new float[_latent];
        input.Data.CopyToCPU(_device.Stream, latent.AsSpan());
        return latent;
    }

    /// <summary>[count, channels, height, width] in [−1, 1]: the images of given latent vectors under mixtures of labels.</summary>
    /// <param name="latents">[count, latent].</param>
    /// <param name="labelWeights">[count, classes]; a single 1 in a row is a label.</param>
    /// <exception cref="ArgumentException">The lengths do not match.</exception>
    public float[] Draw(ReadOnlySpan<float> latents, ReadOnlySpan<float> labelWeights)
    {
        int count = latents.Length / _latent;
        if (latents.Length != count * _latent || labelWeights.Length != count * _classes)
            throw new ArgumentException($"{latents.Length} and {labelWeights.Length} numbers are not as many latent vectors of {_latent} as mixtures of {_classes} labels.");
        using var memory = new DeviceMemory(_device);
        DeviceArray<float> z = memory.Array<float>(Rows * _latent), y = memory.Array<float>(Rows * _classes);
        float[] zOfBlock = new float[Rows * _latent], yOfBlock = new float[Rows * _classes], block = new float[Rows * _pixels];
        var result = new float[count * _pixels];
        for (int first = 0; first < count; first += Rows)
        {
            int taken = Math.Min(Rows, count - first);
            latents.Slice(first * _latent, taken * _latent).CopyTo(zOfBlock);
            labelWeights.Slice(first * _classes, taken * _classes).CopyTo(yOfBlock);
            z.Upload(zOfBlock);
            y.Upload(yOfBlock);
            _generator.Draw(new Matrix(z.View, Rows, _latent), new Matrix(y.View, Rows, _classes), new Matrix(_images.View, Rows, _pixels));
            _images.Download(block);
            block.AsSpan(0, taken * _pixels).CopyTo(result.AsSpan(first * _pixels));
        }
        return result;
    }

    public void Dispose()
    {
        _clock.Dispose();
        _memory.Dispose();
    }
}
