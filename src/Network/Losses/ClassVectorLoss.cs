using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;
using ILGPU;

namespace GpuCgan.Network.Losses;

/// <summary>
/// A score a class: D should answer a real image with a vector t(y), its label's one-hot vector or all ones (<see cref="RealVectorKind"/>), and a generated one with zeros; G wants t(y) for the
/// label it was asked for. The loss is the mean over images and classes of what an output costs against its target, as PyTorch's BCELoss takes it.
/// </summary>
/// <remarks>The scores that a log shows are those of the image's own class. G is not smoothed: it wants 1 and 0.</remarks>
internal sealed class ClassVectorLoss : PairLoss
{
    private readonly OperatorSet _operators;
    private readonly AdversarialObjective _objective;
    private readonly MetricsBuffer _metrics;
    private readonly int _batch;
    private readonly Matrix _codes;
    private readonly Matrix _tableOfD;
    private readonly Matrix _tableOfG;
    private readonly Matrix _targets;
    private readonly Matrix _zeros;
    private readonly Matrix _ownScores;
    private readonly ArrayView<float> _meanScore;
    private readonly ArrayView<float> _noLoss;

    public ClassVectorLoss(Recipe recipe, int classes, OperatorSet operators, DeviceMemory memory, MetricsBuffer metrics)
    {
        _operators = operators;
        _objective = operators.Objective(recipe.Objective);
        _metrics = metrics;
        _batch = recipe.BatchSize;
        _codes = memory.Packed(_batch, classes);
        // The generated half stays as it is.
        _targets = Filled((_, _) => recipe.FakeTarget, 2 * _batch);
        _tableOfD = Filled((label, c) => label == c || recipe.RealVector == RealVectorKind.Ones ? recipe.RealTarget : recipe.FakeTarget, classes);
        _tableOfG = Filled((label, c) => label == c || recipe.RealVector == RealVectorKind.Ones ? 1 : 0, classes);
        _zeros = memory.Column(_batch);
        _ownScores = memory.Column(_batch);
        _meanScore = memory.View<float>(1);
        _noLoss = memory.View<float>(1);

        Matrix Filled(Func<int, int, float> value, int rows)
        {
            var array = memory.Array<float>((long)rows * classes);
            array.Upload([.. from row in Enumerable.Range(0, rows) from c in Enumerable.Range(0, classes) select value(row, c)]);
            return new Matrix(array.View, rows, classes);
        }
    }

    public override void ForDiscriminator(Matrix logits, ArrayView<int> labels, Matrix dLogits)
    {
        Matrix real = logits.SliceRows(0, _batch), fake = logits.SliceRows(_batch, _batch);
        ArrayView<int> realLabels = labels.SubView(0, _batch), fakeLabels = labels.SubView(_batch, _batch);
        using (_operators.Device.Beside())
        {
            Score(real, realLabels, _metrics.RealScore);
            Score(fake, fakeLabels, _metrics.FakeScore);
        }
        _operators.Embedding.Forward(realLabels, _tableOfD, _targets.SliceRows(0, _batch));
        // Twice the mean over halves of one size is the sum of theirs.
        Compare(logits, _targets, 2, dLogits, _metrics.DiscriminatorLoss);
    }

    public override void ForGenerator(Matrix logits, ArrayView<int> labels, Matrix dLogits)
    {
        using (_operators.Device.Beside())
            Score(logits, labels, _metrics.FakeScoreAfterUpdate);
        var targets = _targets.SliceRows(0, _batch);
        _operators.Embedding.Forward(labels, _tableOfG, targets);
        Compare(logits, targets, 1, dLogits, _metrics.GeneratorLoss);
    }

    private void Compare(Matrix logits, Matrix targets, float weight, Matrix dLogits, ArrayView<float> loss) =>
        _objective.ForDiscriminator(Flat(logits), targets.Data, Flat(dLogits), loss, new ObjectivePart((int)logits.Elements, weight, _meanScore));

    /// <summary>The logit of each image's own class is the projection of its logits on the class's one-hot vector. It costs nothing here, and nothing but the log waits
    /// for it: the join behind the backward pass is soon enough, before which nobody writes the logits.</summary>
    private void Score(Matrix logits, ArrayView<int> labels, ArrayView<float> score)
    {
        _operators.OneHot.Launch(labels, _codes);
        _operators.CopyMatrix.Launch(_zeros, _ownScores);
        _operators.Projection.Forward(_codes, logits, _ownScores);
        _objective.ForDiscriminator(_ownScores, _zeros.Data, _ownScores, _noLoss, new ObjectivePart(_batch, 0, score));
    }

    /// <summary>All elements as one column.</summary>
    private static Matrix Flat(Matrix packed) => new(packed.Data, (int)packed.Elements, 1);
}
