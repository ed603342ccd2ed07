namespace GpuCgan.Network;

// What is drawn from G, and what other programs need to draw from it.
public sealed partial class ConditionalGan
{
    /// <summary>What samples are drawn from: the average where there is one, else G itself.</summary>
    internal Parameters SamplingParameters => _average ?? _generator.Parameters;

    /// <summary>Images G makes for <paramref name="labels"/>: see <see cref="Sampler"/>. For a few images; whoever wants many keeps a sampler.</summary>
    public float[] Sample(IReadOnlyList<int> labels, int firstImage, int count, ulong seed)
    {
        using var sampler = new Sampler(_device, _operators, this);
        return sampler.Draw(labels, firstImage, count, seed);
    }

    /// <summary>[latent]: the latent vector that <see cref="Sample"/> draws an image of a label from.</summary>
    public float[] Latent(int label, int image, ulong seed)
    {
        using var sampler = new Sampler(_device, _operators, this);
        return sampler.Latent(label, image, seed);
    }

    /// <summary>Images of given latent vectors [count, latent] under mixtures of labels [count, classes].</summary>
    /// <exception cref="ArgumentException">The lengths do not match.</exception>
    public float[] Draw(ReadOnlySpan<float> latents, ReadOnlySpan<float> labelWeights)
    {
        using var sampler = new Sampler(_device, _operators, this);
        return sampler.Draw(latents, labelWeights);
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
}
