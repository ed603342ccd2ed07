using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network;

/// <summary>Moves a network's parameters by their gradients, as a recipe says: one launch over the whole arena.</summary>
/// <remarks>What an optimiser remembers lies in the moments that Adam has too: RMSProp's mean squares in the second, descent's velocities in the first. The other stays zero.</remarks>
internal sealed class Optimizer(OperatorSet operators, OptimizerKind kind, AdamOptions adam, RmsPropOptions rmsProp, float momentum)
{
    /// <summary>G's.</summary>
    public static Optimizer OfGenerator(Recipe recipe, OperatorSet operators) =>
        new(operators, recipe.GeneratorOptimizer, recipe.GeneratorAdam, recipe.RmspropOf(recipe.GeneratorLearningRate), recipe.SgdMomentum);

    /// <summary>D's.</summary>
    public static Optimizer OfDiscriminator(Recipe recipe, OperatorSet operators) =>
        new(operators, recipe.DiscriminatorOptimizer, recipe.DiscriminatorAdam, recipe.RmspropOf(recipe.DiscriminatorLearningRate), recipe.SgdMomentum);

    /// <summary>One update.</summary>
    /// <param name="parameters">Values, gradients and moments.</param>
    /// <param name="clock">Counts this network's updates and scales the rate.</param>
    public void Update(Parameters parameters, StepClock clock)
    {
        var (values, gradients) = (parameters.Values.View, parameters.Gradients.View);
        switch (kind)
        {
            case OptimizerKind.Rmsprop:
                operators.RmsProp.Launch(clock.View, values, gradients, parameters.SecondMoments.View, rmsProp);
                break;
            case OptimizerKind.Sgd:
                operators.Sgd.Launch(clock.View, values, gradients, parameters.FirstMoments.View, adam.LearningRate, momentum);
                break;
            default:
                parameters.Update(operators.Adam, clock, 1, 0, adam);
                break;
        }
    }
}
