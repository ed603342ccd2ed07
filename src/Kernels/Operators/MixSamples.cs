using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// x̂[i, ·] = ε[i]·x[i, ·] + (1 − ε[i])·x̃[i, ·]: a point between each real sample and its generated one, where WGAN-GP measures the critic's slope (Gulrajani, Ahmed,
/// Arjovsky, Dumoulin and Courville 2017, algorithm 1). x and x̃ are [M, N], ε is [M, 1], one number a sample and not a pixel. Overwrites x̂, which may be x or x̃.
/// </summary>
/// <remarks>ε comes from <see cref="Philox.Uniform"/> over (0, 1) with <see cref="Purpose.Mixing"/>, drawn as one row of M numbers: sample i's does not depend on M.</remarks>
public sealed class MixSamples(ComputeDevice device)
{
    internal readonly struct Formula : IRowFormula
    {
        public T Apply<T>(T real, T generated, T epsilon) where T : struct, IReal<T> => epsilon * real + (T.Of(1f) - epsilon) * generated;
    }

    private readonly Rowwise<Formula> _rows = new(device);

    /// <summary>x̂ = ε·x + (1 − ε)·x̃. Overwrites x̂.</summary>
    /// <param name="real">x, [M, N].</param>
    /// <param name="generated">x̃, [M, N].</param>
    /// <param name="epsilon">[M, 1].</param>
    /// <param name="mixed">x̂, [M, N]; may be x or x̃.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Launch(Matrix real, Matrix generated, Matrix epsilon, Matrix mixed)
    {
        using var launch = device.Profiler?.Begin("MixSamples", $"{mixed}", 4 * mixed.Elements, sizeof(float) * (3 * mixed.Elements + mixed.Rows));
        _rows.Launch(real, generated, epsilon, mixed, default);
    }
}
