using GpuCgan.Kernels;
using GpuCgan.Network.Recipes;
using ILGPU;

namespace GpuCgan.Network.Losses;

/// <summary>
/// AC-GAN (Odena, Olah and Shlens 2017): D's first output is a score, the others are logits of the classes. D pays L_s + λ·L_c, where L_s is the score's loss and L_c the cross-entropy of
/// the classes, the mean over the real images plus the mean over the generated ones; G pays its own score's loss and λ times the cross-entropy of its images.
/// </summary>
internal sealed class AuxiliaryLoss(Recipe recipe, ScoreLoss score, OperatorSet operators, MetricsBuffer metrics) : PairLoss
{
    public override void ForDiscriminator(Matrix logits, ArrayView<int> labels, Matrix dLogits)
    {
        using (operators.Device.Beside())
            score.ForDiscriminator(logits.SliceColumns(0, 1), labels, dLogits.SliceColumns(0, 1));
        int batch = recipe.BatchSize;
        Classify(logits.SliceRows(0, batch), labels.SubView(0, batch), dLogits.SliceRows(0, batch), metrics.DiscriminatorClassLoss, metrics.RealClasses);
        Classify(logits.SliceRows(batch, batch), labels.SubView(batch, batch), dLogits.SliceRows(batch, batch), metrics.DiscriminatorClassLoss, metrics.FakeClasses);
        operators.Device.Join();
    }

    public override void ForGenerator(Matrix logits, ArrayView<int> labels, Matrix dLogits)
    {
        using (operators.Device.Beside())
            score.ForGenerator(logits.SliceColumns(0, 1), labels, dLogits.SliceColumns(0, 1));
        Classify(logits, labels, dLogits, metrics.GeneratorClassLoss, metrics.FakeClassesAfterUpdate);
        operators.Device.Join();
    }

    private void Classify(Matrix logits, ArrayView<int> labels, Matrix dLogits, ArrayView<float> loss, ArrayView<int> correct)
    {
        int classes = logits.Columns - 1;
        operators.SoftmaxCrossEntropy.Launch(logits.SliceColumns(1, classes), labels, dLogits.SliceColumns(1, classes), loss, correct, recipe.AuxiliaryWeight);
    }
}
