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
    /// <summary>What the recipe's regulariser added to D's loss, λ included, and not counted in <see cref="DiscriminatorLoss"/>; null where there is none.</summary>
    public double? Penalty { get; init; }

    /// <summary>The mean norm of D's gradient by the image where the regulariser takes it; null where there is none.</summary>
    public double? Slope { get; init; }

    /// <summary>The mean cross-entropy of the classes that D gives real and generated images, before its update; null where D gives none.</summary>
    public double? ClassLoss { get; init; }

    /// <summary>The share of real images whose class D names; null where it names none.</summary>
    public double? RealClassAccuracy { get; init; }

    /// <summary>The share of generated images that D gives the class G was asked for, before D's update; null where it names none.</summary>
    public double? FakeClassAccuracy { get; init; }

    /// <summary>Whether every number is finite; false where there was no step.</summary>
    public bool AreFinite => double.IsFinite(Penalty ?? 0) && double.IsFinite(Slope ?? 0) && double.IsFinite(DiscriminatorLoss) && double.IsFinite(GeneratorLoss) && double.IsFinite(RealScore) && double.IsFinite(FakeScore);
}

/// <summary>Sums that the objectives add to on the device, step after step, until the host reads them.</summary>
internal sealed class MetricsBuffer(DeviceMemory memory, bool isRegularized = false)
{
    private const int FloatSums = 10;
    private const int Counts = 3;

    private readonly DeviceArray<float> _sums = memory.Array<float>(FloatSums);
    private readonly float[] _host = new float[FloatSums];
    private readonly DeviceArray<int> _counts = memory.Array<int>(Counts);
    private readonly int[] _hostCounts = new int[Counts];

    public ArrayView<float> DiscriminatorLoss => _sums.View.SubView(0, 1);
    public ArrayView<float> GeneratorLoss => _sums.View.SubView(1, 1);
    public ArrayView<float> RealScore => _sums.View.SubView(2, 1);
    public ArrayView<float> FakeScore => _sums.View.SubView(3, 1);

    /// <summary>The generator step's own D(G(z)), after D's update: not reported.</summary>
    public ArrayView<float> FakeScoreAfterUpdate => _sums.View.SubView(4, 1);

    /// <summary>Waits for the device and reads all sums and counts, or sets them: what a checkpoint keeps of a log interval under way. Counts are exact up to 2²⁴.</summary>
    public float[] Sums
    {
        get => [.. _sums.Download(), .. _counts.Download().Select(count => (float)count)];
        set
        {
            _sums.Upload(value.AsSpan(0, FloatSums));
            _counts.Upload([.. value.AsSpan(FloatSums).ToArray().Select(count => (int)count)]);
        }
    }

    /// <summary>Which network's loss or score is not finite so far, or null.</summary>
    public string? FindNonFinite()
    {
        string[] names = ["the discriminator's loss", "the generator's loss", "the discriminator's score of real images", "the discriminator's score of generated images", "the discriminator's score in the generator's step", "the discriminator's score of mismatched pairs"];
        int at = Array.FindIndex(Sums, sum => !float.IsFinite(sum));
        return at < 0 ? null : at < names.Length ? names[at] : "a loss";
    }

    /// <summary>What D says of real images under wrong labels: not reported.</summary>
    public ArrayView<float> MismatchedScore => _sums.View.SubView(5, 1);

    /// <summary>The regulariser.</summary>
    public ArrayView<float> Penalty => _sums.View.SubView(6, 1);

    /// <summary>The mean slope where it was taken.</summary>
    public ArrayView<float> Slope => _sums.View.SubView(7, 1);

    /// <summary>What D pays for its classes, as they are weighted: a part of its loss.</summary>
    public ArrayView<float> DiscriminatorClassLoss => _sums.View.SubView(8, 1);

    /// <summary>What G pays for them: a part of its loss.</summary>
    public ArrayView<float> GeneratorClassLoss => _sums.View.SubView(9, 1);

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
        var means = new StepMetrics(steps, (_host[0] + _host[8]) / updates, (_host[1] + _host[9]) / (double)steps, _host[2] / updates, _host[3] / updates)
        {
            Penalty = isRegularized ? _host[6] / updates : null, Slope = isRegularized ? _host[7] / updates : null,
        };
        if (recipe.DiscriminatorLabel == DiscriminatorLabelKind.Auxiliary)
        {
            // D's class loss is the mean over the real images plus that over the generated ones.
            means = means with
            {
                ClassLoss = _host[8] / (2 * updates * recipe.AuxiliaryWeight), RealClassAccuracy = _hostCounts[0] / images, FakeClassAccuracy = _hostCounts[1] / images,
            };
        }
        Array.Clear(_host);
        Array.Clear(_hostCounts);
        _sums.Upload(_host);
        _counts.Upload(_hostCounts);
        return means;
    }
}
