using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Network.Layers;

/// <summary>How a layer runs.</summary>
/// <param name="Training">Statistics of this batch and dropout, or what was estimated and none.</param>
/// <param name="Stream">Keeps the random masks of several passes in one step apart.</param>
/// <param name="Groups">Parts of equal size that the batch consists of, one behind the other: each is normalised by its own statistics, at most <see cref="MostGroups"/>.</param>
/// <param name="Learns">Whether running statistics learn from the batch; not where a network is only passed through for the sake of another.</param>
internal readonly record struct Pass(bool Training, int Stream, int Groups = 1, bool Learns = true)
{
    /// <summary>A real and a generated half.</summary>
    public const int MostGroups = 2;
}

/// <summary>
/// One layer of a <see cref="Stack"/>. It owns its parameters' places, not its batches: x, y and their gradients belong to the stack, which runs a
/// layer on as many rows as it likes.
/// </summary>
internal abstract class Layer
{
    /// <summary>Columns of the output for inputs of the stack's previous width.</summary>
    public abstract int Outputs { get; }

    /// <summary>Whether y may be, and so is, the memory of x. Then x is gone in backward.</summary>
    public virtual bool InPlace => false;

    /// <summary>
    /// Whether each sample goes its own way, piecewise linear in x: then a gradient penalty's weight gradient is that of <see cref="Tangent"/> and
    /// <see cref="TangentGradient"/>, which a layer that says so implements.
    /// </summary>
    public virtual bool IsPiecewiseLinear => false;

    /// <summary>y = layer(x), [M, inputs] to [M, outputs].</summary>
    public abstract void Forward(Matrix x, Matrix y, Pass pass);

    /// <summary>The nonlinearity that the layer ends in, where the way back through it is a step of its own: through that the gradient comes before it comes to <see cref="Backward"/>.</summary>
    public virtual Slope? SlopeOf(Matrix y, Pass pass) => null;

    /// <summary>dy ← dy times <see cref="SlopeOf"/>, unless the layer behind has done it: the gradient before the nonlinearity, which <see cref="TangentGradient"/> reads too.</summary>
    public virtual void ApplySlope(Matrix y, Matrix dy, Pass pass)
    {
    }

    /// <summary>
    /// From dy, the gradient by y, or before the <see cref="SlopeOf"/> of y: the parameters' gradients, overwritten, where <paramref name="weights"/> asks for them, and dx where it is not
    /// null: [M, inputs], or the gradient by the inputs that <paramref name="inputs"/> selects alone. dy may be overwritten.
    /// </summary>
    /// <remarks>
    /// Nothing but the optimiser waits for the parameters' gradients, so a layer may leave them to branches (<see cref="ComputeDevice.Beside"/>), which read x and dy as they are when they
    /// begin: behind its own work in place. The stack joins them. Until then nobody writes x or dy. The layers in front write their own gradients: the memory of dy is handed on to
    /// another layer only by one that works in place, and that one has no parameters. y and dx are the main stream's.
    /// </remarks>
    public abstract void Backward(Matrix x, Matrix y, Matrix dy, Matrix? dx, Range inputs, Pass pass, bool weights);

    /// <summary>Whether an optimiser moves the layer behind its way back (<see cref="MoveBehind"/>), which then need not make the parameters' gradients.</summary>
    public virtual bool MovesBehind(Optimizer optimizer, int batch) => false;

    /// <summary>Makes the parameters' gradients, and moves the parameters as they come. dx is there already.</summary>
    public virtual void MoveBehind(Matrix x, Matrix dy, Optimizer optimizer)
    {
    }

    /// <summary>Whether there is <see cref="BackwardThrough"/>.</summary>
    public virtual bool TakesSlope => false;

    /// <summary><see cref="Backward"/>, and with dx the layer in front has nothing left to do for its slope: <paramref name="front"/> is that, of its output, the selected inputs of x.</summary>
    public virtual void BackwardThrough(Slope front, Matrix x, Matrix dy, Matrix dx, Range inputs, bool weights) => throw new NotSupportedException($"{GetType().Name} takes no slope.");

    /// <summary>
    /// ty = tx·∂y/∂x at the x that <see cref="Forward"/> turned into y: what a small step tx of the inputs does to the outputs. tx is [M, inputs], or a step of the inputs
    /// that <paramref name="inputs"/> selects alone; ty is [M, outputs], and the memory of tx where the layer works in place.
    /// </summary>
    public virtual void Tangent(Matrix tx, Matrix y, Matrix ty, Range inputs, Pass pass) => throw NoTangent();

    /// <summary>
    /// Adds ∂/∂w of Σ ⟨tx·∂y/∂x, dy⟩ to the parameters' gradients, with dy as <see cref="Backward"/> left it: the ordinary weight gradient of (tx, dy). A bias
    /// has none.
    /// </summary>
    public virtual void TangentGradient(Matrix tx, Matrix dy, Range inputs) => throw NoTangent();

    /// <summary>What the layer computes outside training, with numbers from <paramref name="parameters"/>: its own, or an average of them. Null where it does nothing then.</summary>
    /// <exception cref="NotSupportedException">Nobody has said yet what other programs would call this kind of layer.</exception>
    public virtual LayerDescription? Describe(Parameters parameters) => throw new NotSupportedException($"a network with a {GetType().Name} cannot be exported: there is no description of this kind of layer");

    /// <summary>Sets the parameters to their first values.</summary>
    public virtual void Initialize()
    {
    }

    private NotSupportedException NoTangent() => new($"{GetType().Name} is not piecewise linear: it has no tangent.");

    /// <summary>The layer's part of a tensor's name: <c>linear1</c> of <c>linear1.weight</c>.</summary>
    internal static string LayerName(TensorSlot slot) => slot.Name[..slot.Name.LastIndexOf('.')];
}
