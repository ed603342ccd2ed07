using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Network;

/// <summary>
/// Draws images from a trained G, normalised by its running statistics. Image k of label y is a function of (seed, y, k) alone: asked for alone or among others, in any
/// order, it has the same bits.
/// </summary>
internal sealed class Sampler : IDisposable
{
    private const int Rows = 64;

    private readonly DeviceMemory _memory;
    private readonly StepClock _clock;
    private readonly Generator _generator;
    private readonly DeviceArray<int> _labels;
    private readonly DeviceArray<float> _images;
    private readonly int _pixels;

    public Sampler(ComputeDevice device, OperatorSet operators, ConditionalGan gan)
    {
        _memory = new DeviceMemory(device);
        _clock = new StepClock(device, 0);
        _generator = new Generator(gan.Recipe, gan.Architecture.Generator, gan.Architecture.GeneratorLabel, gan.Classes, Rows, operators, _clock, _memory, gan.SamplingParameters);
        _labels = _memory.Array<int>(Rows);
        _pixels = gan.Image.Pixels;
        _images = _memory.Array<float>(Rows * _pixels);
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
                _generator.Forward(Purpose.Sampling(labels[i]), _labels.View, images, training: false);
                _images.Download(block);
                block.AsSpan(row * _pixels, taken * _pixels).CopyTo(result.AsSpan((i * count + image - firstImage) * _pixels));
                image += taken;
            }
        }
        return result;
    }

    public void Dispose()
    {
        _clock.Dispose();
        _memory.Dispose();
    }
}
