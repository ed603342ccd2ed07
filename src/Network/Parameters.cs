using GpuCgan.Kernels;
using ILGPU;

namespace GpuCgan.Network;

/// <summary>
/// What one network has learnt and what its optimiser remembers: trainable values, their gradients and Adam's moments in arenas of one layout, and
/// the statistics that are estimated and not learnt in another.
/// </summary>
internal sealed class Parameters
{
    /// <summary>Allocates the arenas.</summary>
    /// <param name="trainable">The layout of what is trained.</param>
    /// <param name="statistics">The layout of what is estimated; where the weights are spectrally normalised, <see cref="SpectralWeights.Place"/> has been there.</param>
    /// <param name="memory">Owns the arenas.</param>
    /// <param name="spectral">The operators of spectral normalisation; null for weights as they are.</param>
    public Parameters(ArenaLayout trainable, ArenaLayout statistics, DeviceMemory memory, OperatorSet? spectral = null)
    {
        Values = new Arena(trainable, memory);
        Gradients = new Arena(trainable, memory);
        FirstMoments = new Arena(trainable, memory);
        SecondMoments = new Arena(trainable, memory);
        Statistics = new Arena(statistics, memory);
        Normalized = spectral is null ? null : new SpectralWeights(trainable, Statistics, spectral, memory);
    }

    public Arena Values { get; }
    public Arena Gradients { get; }
    public Arena FirstMoments { get; }
    public Arena SecondMoments { get; }

    /// <summary>Running means and variances of the normalisations; singular vectors and values of the weights.</summary>
    public Arena Statistics { get; }

    /// <summary>W/σ of the weights; null where they are taken as they are.</summary>
    public SpectralWeights? Normalized { get; }

    /// <summary>What a linear layer multiplies by: its weight, or W/σ where the weights are spectrally normalised. A layer's gradient is the one by this.</summary>
    public WeightMatrix Weight(TensorSlot slot) => Normalized is { } normalized ? normalized[slot] : Values.Weights(slot);

    /// <summary>The same of a convolution, whose kernels lie row by row.</summary>
    public Matrix Kernels(TensorSlot slot) => Normalized is { } normalized ? normalized[slot] : Values.Matrix(slot);

    /// <summary>Numbers that are trained.</summary>
    public long Count => Values.Layout.Slots.Sum(slot => (long)slot.Length);

    /// <summary>A part of the four trained arenas, for an optimiser.</summary>
    public (ArrayView<float> Values, ArrayView<float> Gradients, ArrayView<float> FirstMoments, ArrayView<float> SecondMoments) Slice(long start, long length) =>
        (Values.View.SubView(start, length), Gradients.View.SubView(start, length), FirstMoments.View.SubView(start, length), SecondMoments.View.SubView(start, length));
}
