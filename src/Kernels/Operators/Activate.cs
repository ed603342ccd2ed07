using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// An <see cref="Activation"/> on its own: y = f(x) and dx = dy·f′, element by element over [M, N]. Backward needs the output y
/// alone. Both may work in place. Where a <see cref="Dropout"/> in place follows, one pass goes back through both (<see cref="Slope"/>).
/// </summary>
public sealed class Activate(ComputeDevice device)
{
    internal readonly struct ForwardFormula(Activation activation) : IFormula
    {
        private readonly Activation _activation = activation;

        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => _activation.Forward(x);
    }

    internal readonly struct BackwardFormula(Activation activation) : IFormula
    {
        private readonly Activation _activation = activation;

        public T Apply<T>(T y, T dy) where T : struct, IReal<T> => _activation.Backward(y, dy);
    }

    /// <summary>Through a dropout first, of which y tells what was dropped.</summary>
    internal readonly struct MaskedFormula(Slope slope) : IFormula
    {
        private readonly Activation _activation = slope.Activation;
        private readonly Dropout.Formula _dropout = new(slope.DropoutRate);

        public T Apply<T>(T y, T dy) where T : struct, IReal<T> => _activation.Backward(y, _dropout.Backward(y, dy));
    }

    private readonly ComputeDevice _device = device;
    private readonly Elementwise<ForwardFormula> _forward = new(device);
    private readonly Elementwise<BackwardFormula> _backward = new(device);
    private readonly Elementwise<MaskedFormula> _masked = new(device);

    /// <summary>y = f(x). Overwrites y, which may be x.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void Forward(Matrix x, Matrix y, Activation activation)
    {
        using var launch = _device.Profiler?.Begin("Activate.Forward", $"{x}", x.Elements, 2 * sizeof(float) * x.Elements);
        _forward.Launch(x, x, y, new ForwardFormula(activation));
    }

    /// <summary>dx = dy·f′ from the output y. Overwrites dx, which may be dy.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void Backward(Matrix y, Matrix dy, Matrix dx, Activation activation) => Backward(new Slope(y, activation), dy, dx);

    /// <summary>dx = dy·f′, or dx = dy·f′ behind a dropout, to the bits of that one's backward pass and an activation's behind it. Overwrites dx, which may be dy.</summary>
    /// <exception cref="ArgumentException">The shapes differ, or the rate is none of a dropout.</exception>
    public void Backward(Slope slope, Matrix dy, Matrix dx)
    {
        using var launch = slope.DropoutRate == 0
            ? _device.Profiler?.Begin("Activate.Backward", $"{dy}", dy.Elements, 3 * sizeof(float) * dy.Elements)
            : _device.Profiler?.Begin("Activate.BackwardMasked", $"{dy}", 3 * dy.Elements, 3 * sizeof(float) * dy.Elements);
        Apply(slope, dy, dx);
    }

    /// <summary>The same as a part of another operator's launch.</summary>
    internal void Apply(Slope slope, Matrix dy, Matrix dx)
    {
        if (slope.DropoutRate == 0)
            _backward.Launch(slope.Y, dy, dx, new BackwardFormula(slope.Activation));
        else
            _masked.Launch(slope.Y, dy, dx, new MaskedFormula(slope));
    }
}
