using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network;

/// <summary>
/// Moves a network's parameters by their gradients, and keeps them in bounds, as a recipe says. A backward pass comes to the last layers first, and their parameters lie at the arena's end:
/// those that it has <see cref="Passed"/> are moved beside the rest of it, a launch for whole layers, and <see cref="Finish"/> moves the others.
/// </summary>
/// <remarks>What an optimiser remembers lies in the moments that Adam has too: RMSProp's mean squares in the second, descent's velocities in the first. The other stays zero. Each parameter is
/// moved for itself, so the bits do not depend on where an arena is cut.</remarks>
internal sealed class Optimizer(Recipe recipe, OperatorSet operators, Parameters parameters, StepClock clock, OptimizerKind kind, AdamOptions adam, float clip)
{
    /// <summary>Fewer parameters wait for the next layer's. So many are 1.8 MB in Adam's streams, half a microsecond at 4 TB/s: less than a launch.</summary>
    private const long Fewest = 64 * 1024;

    // Where what this update has moved begins.
    private long _moved;

    /// <summary>G's.</summary>
    /// <param name="recipe">Which, and its options.</param>
    /// <param name="operators">The device's operators.</param>
    /// <param name="parameters">Values, gradients and moments.</param>
    /// <param name="clock">Counts this network's updates and scales the rate.</param>
    public static Optimizer OfGenerator(Recipe recipe, OperatorSet operators, Parameters parameters, StepClock clock) =>
        new(recipe, operators, parameters, clock, recipe.GeneratorOptimizer, recipe.GeneratorAdam, clip: 0);

    /// <summary>D's, whose weights may be clipped behind each update.</summary>
    /// <inheritdoc cref="OfGenerator"/>
    public static Optimizer OfDiscriminator(Recipe recipe, OperatorSet operators, Parameters parameters, StepClock clock) =>
        new(recipe, operators, parameters, clock, recipe.DiscriminatorOptimizer, recipe.DiscriminatorAdam, recipe.WeightClip);

    /// <summary>An update begins: nothing is moved yet.</summary>
    public void Begin() => _moved = parameters.Values.Layout.Length;

    /// <summary>Whether a linear layer's weights are moved by the product that makes their gradient (<see cref="MoveByProduct"/>).</summary>
    /// <param name="weight">The weights' place.</param>
    /// <param name="batch">Rows of the layer's inputs.</param>
    public bool MovesByProduct(TensorSlot weight, int batch) =>
        kind == OptimizerKind.Adam && clip == 0 && Gemm.MovesWeights(operators.Device, parameters.Gradients.Weights(weight), batch);

    /// <summary>
    /// Moves a layer's weights by xᵀ·dy as it comes, and before that all that lies behind them: those layers were passed, and the gradient of this one's bias is there. Nobody reads the values of
    /// these before the next update.
    /// </summary>
    /// <param name="weight">The weights' place.</param>
    /// <param name="x">[M, inputs].</param>
    /// <param name="dy">[M, outputs].</param>
    public void MoveByProduct(TensorSlot weight, Matrix x, Matrix dy)
    {
        long end = weight.Offset + weight.Length;
        if (_moved > end)
            Move(end, leavesRoom: false);
        var (values, _, first, second) = parameters.Slice(weight.Offset, weight.Length);
        operators.Gemm.MoveByGradient(x, dy, parameters.Gradients.Weights(weight), new Adam.Move(clock.View, values, first, second, adam));
        _moved = weight.Offset;
    }

    /// <summary>
    /// The gradients from a layer on are final or left to branches, and nobody reads those layers' values again before the next <see cref="Kernels.Devices.ComputeDevice.Join"/>. They are moved
    /// in a branch behind all others, unless they are too few by now.
    /// </summary>
    /// <param name="layer">Its number in the network, from 0.</param>
    public void Passed(int layer)
    {
        long start = parameters.Values.Layout.Layers[layer];
        if (_moved - start < Fewest)
            return;
        using (operators.Device.BesideBehindAll())
            Move(start, leavesRoom: true);
    }

    /// <summary>Moves what is left.</summary>
    public void Finish()
    {
        if (_moved > 0)
            Move(0, leavesRoom: false);
    }

    private void Move(long start, bool leavesRoom)
    {
        var part = parameters.Slice(start, _moved - start);
        switch (kind)
        {
            case OptimizerKind.Rmsprop:
                operators.RmsProp.Launch(clock.View, part.Values, part.Gradients, part.SecondMoments, recipe.RmspropOf(adam.LearningRate));
                break;
            case OptimizerKind.Sgd:
                operators.Sgd.Launch(clock.View, part.Values, part.Gradients, part.FirstMoments, adam.LearningRate, recipe.SgdMomentum);
                break;
            default:
                operators.Adam.Launch(clock.View, 1, 0, part.Values, part.Gradients, part.FirstMoments, part.SecondMoments, adam, leavesRoom);
                break;
        }
        if (clip > 0)
            operators.WeightClip.Launch(part.Values, clip);
        _moved = start;
    }
}
