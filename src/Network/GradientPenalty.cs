using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Layers;
using ILGPU;

namespace GpuCgan.Network;

/// <summary>
/// A penalty on the slope of a critic's output z(x) by its inputs, and its gradient by the critic's weights, of a critic that is piecewise linear: WGAN-GP's, R1 or R2
/// (<see cref="PenaltyCentre"/>).
/// </summary>
/// <remarks>
/// <para>With g = ∂z/∂x of a sample, dP = ⟨t, dg⟩ for t = ∂P/∂g, and ⟨t, g⟩ is the critic's directional derivative along t, a product of weights and slopes
/// <c>t·W₁·D₁·W₂·D₂·…·W_L</c> in which a small change of weights leaves the slopes D alone. Its gradient by W_l is vᵀ·δ: v the tangent t·W₁·D₁·…·D_{l−1} that comes into layer
/// l, δ = D_l·W_{l+1}·…·W_L the gradient that the ordinary backward pass brings to its output. So a penalty is a forward pass, a backward pass to the inputs, the
/// penalty's own start and a forward pass of tangents; no second tape. Biases get nothing: they move no slope.</para>
/// <para>A label beside the image is held fixed: the norm is taken over the selected inputs, the flattened image, and the tangent starts there alone.</para>
/// <para>Of a critic that takes packs a sample is a pack, and its slope that by all images of it: the flattened pack, labels held.</para>
/// </remarks>
internal sealed class GradientPenalty
{
    private readonly Stack _critic;
    private readonly Range _inputs;
    private readonly PenaltyCentre _centre;
    private readonly float _weight;
    private readonly OperatorSet _operators;
    private readonly StepClock _clock;
    private readonly Matrix _outputs;
    private readonly Matrix _seed;
    private readonly Matrix _dOutputs;
    private readonly Matrix _gradients;

    // Of a pack: its gradients' columns between the images, a row an image, and the zeros that hold them.
    private readonly Matrix? _held;
    private readonly Matrix? _zeros;
    private readonly ArrayView<float> _norms;
    private readonly Matrix _epsilon;
    private readonly Matrix _here;
    private readonly Matrix _there;

    /// <summary>Allocates what a penalty of up to <paramref name="rows"/> samples needs.</summary>
    /// <param name="critic">Its first output is z. Its batches are used, so a penalty comes after the backward pass of the losses.</param>
    /// <param name="inputs">The inputs whose slope counts, from the first on: of each image of a pack.</param>
    /// <param name="width">All inputs of the critic: for an image, of packs.</param>
    /// <param name="rows">Samples.</param>
    /// <param name="packing">Images a sample, one behind the other with their labels.</param>
    /// <param name="centre">Which penalty.</param>
    /// <param name="weight">λ.</param>
    /// <param name="operators">The device's operators.</param>
    /// <param name="clock">Where ε comes from.</param>
    /// <param name="memory">Owns the batches.</param>
    /// <exception cref="ArgumentException">A layer of the critic is not piecewise linear.</exception>
    public GradientPenalty(
        Stack critic, Range inputs, int width, int rows, int packing, PenaltyCentre centre, float weight, OperatorSet operators, StepClock clock, DeviceMemory memory)
    {
        if (critic.FirstCurved is { } curved)
            throw new ArgumentException($"A gradient penalty needs a piecewise linear critic without batch statistics, not one with {curved.GetType().Name}.", nameof(critic));
        _critic = critic;
        int wanted = inputs.GetOffsetAndLength(width).Length;
        _inputs = packing == 1 ? inputs : Range.All;
        _centre = centre;
        _weight = weight;
        _operators = operators;
        _clock = clock;
        _outputs = memory.Matrix(rows, critic.Outputs);
        _seed = memory.Matrix(rows, critic.Outputs);
        _dOutputs = memory.Matrix(rows, critic.Outputs);
        if (packing == 1)
        {
            _gradients = memory.Matrix(rows, wanted);
        }
        else
        {
            _gradients = memory.Packed(rows, packing * width);
            if (wanted < width)
            {
                _held = new Matrix(_gradients.Data, rows * packing, width).SliceColumns(wanted, width - wanted);
                _zeros = memory.Matrix(rows * packing, width - wanted);
            }
        }
        _norms = memory.View<float>(rows);
        _epsilon = memory.Column(rows);
        _here = memory.Matrix(rows, critic.WidestOutput);
        _there = memory.Matrix(rows, critic.WidestOutput);
        var ones = new float[_seed.Data.Length];
        for (int row = 0; row < rows; row++)
            ones[row * _seed.Stride] = 1;
        memory.Upload(_seed.Data, ones);
    }

    /// <summary>x̂ = ε·x + (1 − ε)·x̃ with a new ε for each sample from the clock's step: where WGAN-GP takes its penalty.</summary>
    /// <param name="real">[M, pixels], or whole packs.</param>
    /// <param name="generated">As the real ones.</param>
    /// <param name="mixed">As the real ones.</param>
    /// <param name="stream">Keeps the uses of one step apart.</param>
    public void Mix(Matrix real, Matrix generated, Matrix mixed, int stream)
    {
        var epsilon = Rows(_epsilon, real.Rows);
        _operators.Philox.Uniform(_clock.View, Purpose.Mixing(stream), new Matrix(epsilon.Data, 1, real.Rows), 0, 1);
        _operators.MixSamples.Launch(real, generated, epsilon, mixed);
    }

    /// <summary>Adds the penalty's gradient to those of the critic's weights, the penalty to a metric and the mean slope to another.</summary>
    /// <param name="x">[M, width], or [M, packing·width]: mixed samples, or real ones for R1, with their labels beside them.</param>
    /// <param name="pass">Of a stream of its own where the critic drops out.</param>
    /// <param name="penalty">[1].</param>
    /// <param name="meanNorm">[1].</param>
    public void Accumulate(Matrix x, Pass pass, ArrayView<float> penalty, ArrayView<float> meanNorm)
    {
        int rows = x.Rows;
        Matrix y = Rows(_outputs, rows), dy = Rows(_dOutputs, rows), g = Rows(_gradients, rows);
        using (_operators.Device.Beside())
            _operators.CopyMatrix.Launch(Rows(_seed, rows), dy);
        _critic.Forward(x, y, pass);
        _operators.Device.Join();
        _critic.Backward(x, y, dy, g, _inputs, pass, weights: false);
        if (_held is { } held)
            _operators.CopyMatrix.Launch(Images(_zeros!.Value, rows), Images(held, rows));
        _operators.GradientNormPenalty.Launch(g, _norms.SubView(0, rows), g, penalty, meanNorm, _centre, _weight);
        _critic.TangentGradient(g, y, dy, _inputs, pass, _here, _there);
    }

    /// <summary>The rows of the images of so many samples.</summary>
    private Matrix Images(Matrix batch, int rows) => Rows(batch, rows * (batch.Rows / _outputs.Rows));

    private static Matrix Rows(Matrix batch, int rows) => batch.Rows == rows ? batch : batch.SliceRows(0, rows);
}
