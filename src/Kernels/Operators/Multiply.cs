using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// y = a ⊙ b, element by element over [M, N]: a latent vector and the embedding of its label, say. Backward: da = dy ⊙ b, db = dy ⊙ a, and needs a and b as
/// they were. The gradient of the embedding's table is <see cref="Embedding.Gradient"/> of db.
/// </summary>
public sealed class Multiply(ComputeDevice device)
{
    internal readonly struct Formula : IFormula
    {
        public T Apply<T>(T a, T b) where T : struct, IReal<T> => a * b;
    }

    private readonly Elementwise<Formula> _product = new(device);

    /// <summary>y = a ⊙ b. Overwrites y, which may be a or b where no backward follows.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void Forward(Matrix a, Matrix b, Matrix y) => Launch("Multiply.Forward", a, b, y);

    /// <summary>da = dy ⊙ b and db = dy ⊙ a. Overwrites both; da may be dy, and neither may overlap anything else.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void Backward(Matrix a, Matrix b, Matrix dy, Matrix da, Matrix db)
    {
        Launch("Multiply.Backward", dy, a, db);
        Launch("Multiply.Backward", dy, b, da);
    }

    /// <summary>The gradient by one factor alone: da = dy ⊙ b. Overwrites da, which may be dy.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void Backward(Matrix b, Matrix dy, Matrix da) => Launch("Multiply.Backward", dy, b, da);

    private void Launch(string name, Matrix a, Matrix b, Matrix y)
    {
        using var launch = device.Profiler?.Begin(name, $"{y}", y.Elements, 3 * sizeof(float) * y.Elements);
        _product.Launch(a, b, y, default);
    }
}
