using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;
using ILGPU;

namespace GpuCgan.Network;

/// <summary>Means over the steps since the last reading.</summary>
/// <param name="Steps">How many steps.</param>
/// <param name="DiscriminatorLoss">The mean loss of the real pairs plus that of the others.</param>
/// <param name="GeneratorLoss">G's loss.</param>
/// <param name="RealScore">D(x): the mean probability that D gives real pairs (for least squares, hinge and Wasserstein, its mean output).</param>
/// <param name="FakeScore">D(G(z)), as D's step saw it, before the update.</param>
public readonly record struct StepMetrics(int Steps, double DiscriminatorLoss, double GeneratorLoss, double RealScore, double FakeScore)
{
    /// <summary>The mean cross-entropy of the classes that D gives real and generated images, before its update; NaN where D gives none.</summary>
    public double ClassLoss { get; init; } = double.NaN;

    /// <summary>The share of real images whose class D names; NaN where it names none.</summary>
    public double RealClassAccuracy { get; init; } = double.NaN;

    /// <summary>The share of generated images that D gives the class G was asked for, before D's update; NaN where it names none.</summary>
    public double FakeClassAccuracy { get; init; } = double.NaN;

    /// <summary>Whether every number is finite; false where there was no step.</summary>
    public bool AreFinite => double.IsFinite(DiscriminatorLoss) && double.IsFinite(GeneratorLoss) && double.IsFinite(RealScore) && double.IsFinite(FakeScore);
}

/// <summary>Sums that the objectives add to on the device, step after step, until the host reads them.</summary>
internal sealed class MetricsBuffer(DeviceMemory memory)
{
    private readonly DeviceArray<float> _sums = memory.Array<float>(8);
    private readonly float[] _host = new float[8];
    private readonly DeviceArray<int> _counts = memory.Array<int>(3);
    private readonly int[] _hostCounts = new int[3];

    public ArrayView<float> DiscriminatorLoss => _sums.View.SubView(0, 1);
    public ArrayView<float> GeneratorLoss => _sums.View.SubView(1, 1);
    public ArrayView<float> RealScore => _sums.View.SubView(2, 1);
    public ArrayView<float> FakeScore => _sums.View.SubView(3, 1);

    /// <summary>The generator step's own D(G(z)), after D's update: not reported.</summary>
    public ArrayView<float> FakeScoreAfterUpdate => _sums.View.SubView(4, 1);

    /// <summary>What D says of real images under wrong labels: not reported.</summary>
    public ArrayView<float> MismatchedScore => _sums.View.SubView(5, 1);

    /// <summary>What D pays for its classes, as they are weighted: a part of its loss.</summary>
    public ArrayView<float> DiscriminatorClassLoss => _sums.View.SubView(6, 1);

    /// <summary>What G pays for them: a part of its loss.</summary>
    public ArrayView<float> GeneratorClassLoss => _sums.View.SubView(7, 1);

    /// <summary>Real images whose class D named.</summary>
    public ArrayView<int> RealClasses => _counts.View.SubView(0, 1);

    /// <summary>Generated ones, before D's update.</summary>
    public ArrayView<int> FakeClasses => _counts.View.SubView(1, 1);

    /// <summary>Generated ones in G's step, after D's update: not reported.</summary>
    public ArrayView<int> FakeClassesAfterUpdate => _counts.View.SubView(2, 1);

    /// <summary>Waits, reads and starts anew.</summary>
    /// <param name="steps">Since the last reading.</param>
    /// <param name="recipe">What was trained: D has moved n_critic times a step.</param>
    public StepMetrics Read(int steps, Recipe recipe)
    {
        _sums.Download(_host);
        _counts.Download(_hostCounts);
        double updates = (double)steps * recipe.NCritic, images = updates * recipe.BatchSize;
        var means = new StepMetrics(steps, (_host[0] + _host[6]) / updates, (_host[1] + _host[7]) / (double)steps, _host[2] / updates, _host[3] / updates);
        if (recipe.DiscriminatorLabel == DiscriminatorLabelKind.Auxiliary)
        {
            // D's class loss is the mean over the real images plus that over the generated ones.
            means = means with
            {
                ClassLoss = _host[6] / (2 * updates * recipe.AuxiliaryWeight), RealClassAccuracy = _hostCounts[0] / images, FakeClassAccuracy = _hostCounts[1] / images,
            };
        }
        Array.Clear(_host);
        Array.Clear(_hostCounts);
        _sums.Upload(_host);
        _counts.Upload(_hostCounts);
        return means;
    }
}
