using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network;

/// <summary>
/// Moves a network's parameters by their gradients, and keeps them in bounds, as a recipe says. A backward pass comes to the last layers first, and their parameters lie at the arena's end:
/// those that it has <see cref="Passed"/> are moved beside the rest of it, a launch for whole layers, and <see cref="Finish"/> moves the others.
/// </summary>
/// <remarks>What an optimiser remembers lies in the moments that Adam has too: RMSProp's mean squares in the second, descent's velocities in the first. The other stays zero. Each parameter is
/// moved for itself, so the bits do not depend on where an arena is cut.</remarks>
internal sealed class Optimizer
{
    /// <summary>Fewer parameters wait for the next layer's: on a large GPU they take no longer than a launch does.</summary>
    private const long Fewest = 64 * 1024;

    private readonly OperatorSet _operators;
    private readonly Parameters _parameters;
    private readonly StepClock _clock;
    private readonly OptimizerKind _kind;
    private readonly AdamOptions _adam;
    private readonly RmsPropOptions _rmsProp;
    private readonly float _momentum;
    private readonly float _clip;

    // Where what this update has moved begins.
    private long _moved;

    private Optimizer(Recipe recipe, OperatorSet operators, Parameters parameters, StepClock clock, OptimizerKind kind, AdamOptions adam, float clip)
    {
        _operators = operators;
        _parameters = parameters;
        _clock = clock;
        _kind = kind;
        _adam = adam;
        _rmsProp = recipe.RmspropOf(adam.LearningRate);
        _momentum = recipe.SgdMomentum;
        _clip = clip;
    }

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
    public void Begin() => _moved = _parameters.Values.Layout.Length;

    /// <summary>
    /// The gradients from a layer on are final or left to branches, and nobody reads those layers' values again before the next <see cref="Kernels.Devices.ComputeDevice.Join"/>. They are moved
    /// in a branch behind all others, unless they are too few by now.
    /// </summary>
    /// <param name="layer">Its number in the network, from 0.</param>
    public void Passed(int layer)
    {
        long start = _parameters.Values.Layout.Layers[layer];
        if (_moved - start < Fewest)
            return;
        using (_operators.Device.BesideBehindAll())
            Move(start);
    }

    /// <summary>Moves what is left.</summary>
    public void Finish()
    {
        if (_moved > 0)
            Move(0);
    }

    private void Move(long start)
    {
        var part = _parameters.Slice(start, _moved - start);
        switch (_kind)
        {
            case OptimizerKind.Rmsprop:
                _operators.RmsProp.Launch(_clock.View, part.Values, part.Gradients, part.SecondMoments, _rmsProp);
                break;
            case OptimizerKind.Sgd:
                _operators.Sgd.Launch(_clock.View, part.Values, part.Gradients, part.FirstMoments, _adam.LearningRate, _momentum);
                break;
            default:
                _operators.Adam.Launch(_clock.View, 1, 0, part.Values, part.Gradients, part.FirstMoments, part.SecondMoments, _adam);
                break;
        }
        if (_clip > 0)
            _operators.WeightClip.Launch(part.Values, _clip);
        _moved = start;
    }
}
