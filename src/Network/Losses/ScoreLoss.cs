using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;
using ILGPU;

namespace GpuCgan.Network.Losses;

/// <summary>
/// A score a pair, or a pack of them, by the recipe's objective. D's batch [2·batch] holds the real pairs first, of them the last few under wrong labels, then the generated ones, and its loss is the mean
/// over the real pairs plus the mean over all the others. G's is the mean over its own, which it wants called real, whatever D's smoothed target is.
/// </summary>
internal sealed class ScoreLoss : PairLoss
{
    private readonly MetricsBuffer _metrics;
    private readonly Recipe _recipe;
    private readonly OperatorSet _operators;
    private readonly AdversarialObjective _objective;
    private readonly StepClock _clock;
    private readonly int _classes;
    private readonly int _real;
    private readonly int _mismatched;
    private readonly ArrayView<float> _targets;
    private readonly ArrayView<int> _rotations;

    public ScoreLoss(Recipe recipe, int classes, OperatorSet operators, StepClock clock, DeviceMemory memory, MetricsBuffer metrics)
    {
        _metrics = metrics;
        _recipe = recipe;
        _operators = operators;
        _objective = operators.Objective(recipe.Objective);
        _clock = clock;
        _classes = classes;
        int batch = recipe.Packs;
        // At least one where a share is asked for, and a real pair stays.
        _mismatched = Math.Min(batch - 1, (int)MathF.Ceiling(recipe.MismatchedPairs * batch));
        _real = batch - _mismatched;
        var targets = memory.Array<float>(2 * batch);
        targets.Upload([.. Enumerable.Repeat(recipe.RealTarget, _real), .. Enumerable.Repeat(recipe.FakeTarget, 2 * batch - _real)]);
        _targets = targets.View;
        _rotations = memory.View<int>(Math.Max(1, _mismatched));
    }

    public override void Mismatch(ArrayView<int> labels)
    {
        if (_mismatched == 0)
            return;
        var wrong = labels.SubView(_real, _mismatched);
        _operators.Philox.Integers(_clock.View, Purpose.MismatchedLabels, _rotations, _classes - 1);
        _operators.RotateLabels.Launch(wrong, _rotations, wrong, _classes);
    }

    public override void ForDiscriminator(Matrix logits, ArrayView<int> labels, Matrix dLogits)
    {
        int batch = _recipe.Packs;
        if (_recipe.LabelNoise > 0)
        {
            Flip(0, _targets.SubView(0, _real), _recipe.RealTarget, _recipe.FakeTarget);
            Flip(1, _targets.SubView(batch, batch), _recipe.FakeTarget, _recipe.RealTarget);
        }
        float unreal = batch + _mismatched;
        var real = new ObjectivePart(_real, 1, _metrics.RealScore);
        var fake = new ObjectivePart(batch, batch / unreal, _metrics.FakeScore);
        if (_mismatched == 0)
            _objective.ForDiscriminator(logits, _targets, dLogits, _metrics.DiscriminatorLoss, real, fake);
        else
            _objective.ForDiscriminator(logits, _targets, dLogits, _metrics.DiscriminatorLoss, real, new ObjectivePart(_mismatched, _mismatched / unreal, _metrics.MismatchedScore), fake);
    }

    public override void ForGenerator(Matrix logits, ArrayView<int> labels, Matrix dLogits) =>
        _objective.ForGenerator(logits, dLogits, _metrics.GeneratorLoss, _metrics.FakeScoreAfterUpdate);

    private void Flip(int stream, ArrayView<float> targets, float own, float other) =>
        _operators.Bernoulli.Launch(_clock.View, Purpose.LabelNoise(stream), new Matrix(targets, 1, targets.IntLength), _recipe.LabelNoise, other, own);
}
