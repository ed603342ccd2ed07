using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// The term by which a projection discriminator judges an image under its label (Miyato and Koyama 2018): z[i] += ⟨e[i, ·], h[i, ·]⟩ with the embedded labels e [M, N]
/// and the features h [M, N] that the unconditional logit z [M, 1] is made of. Forward adds to z. Backward, from dz [M, 1]: de = dz·h is overwritten, and the gradient of the
/// table is then <see cref="Embedding.Gradient"/>'s sum in the order of the batch; dh += dz·e is added to what the unconditional logit left there. Backward needs e and h.
/// </summary>
public sealed class Projection(ComputeDevice device)
{
    internal readonly struct Scaled : IRowFormula
    {
        public T Apply<T>(T x, T unused, T dz) where T : struct, IReal<T> => dz * x;
    }

    internal readonly struct AddScaled : IRowFormula
    {
        public T Apply<T>(T x, T sum, T dz) where T : struct, IReal<T> => sum + dz * x;
    }

    private readonly RowDot _dot = new(device);
    private readonly Rowwise<Scaled> _scaled = new(device);
    private readonly Rowwise<AddScaled> _addScaled = new(device);

    /// <summary>z += ⟨e, h⟩, sample by sample.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Forward(Matrix embedded, Matrix features, Matrix logits)
    {
        _dot.Launch(embedded, features, logits, accumulate: true);
    }

    /// <summary>de = dz·h. Overwrites de.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void BackwardToEmbedding(Matrix features, Matrix dLogits, Matrix dEmbedded)
    {
        using var launch = device.Profiler?.Begin(
            "Projection.BackwardToEmbedding", $"{features}", features.Elements, sizeof(float) * (2 * features.Elements + features.Rows));
        _scaled.Launch(features, features, dLogits, dEmbedded, default);
    }

    /// <summary>dh += dz·e.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void BackwardToFeatures(Matrix embedded, Matrix dLogits, Matrix dFeatures)
    {
        using var launch = device.Profiler?.Begin(
            "Projection.BackwardToFeatures", $"{embedded}", 2 * embedded.Elements, sizeof(float) * (3 * embedded.Elements + embedded.Rows));
        _addScaled.Launch(embedded, dFeatures, dLogits, dFeatures, default);
    }
}
