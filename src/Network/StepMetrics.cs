using GpuCgan.Kernels.Devices;
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

    /// <summary>Whether every number is finite; false where there was no step.</summary>
    public bool AreFinite => double.IsFinite(Penalty ?? 0) && double.IsFinite(Slope ?? 0) && double.IsFinite(DiscriminatorLoss) && double.IsFinite(GeneratorLoss) && double.IsFinite(RealScore) && double.IsFinite(FakeScore);
}

/// <summary>Sums that the objectives add to on the device, step after step, until the host reads them.</summary>
internal sealed class MetricsBuffer(DeviceMemory memory, bool isRegularized = false)
{
    private readonly DeviceArray<float> _sums = memory.Array<float>(8);
    private readonly float[] _host = new float[8];

    public ArrayView<float> DiscriminatorLoss => _sums.View.SubView(0, 1);
    public ArrayView<float> GeneratorLoss => _sums.View.SubView(1, 1);
    public ArrayView<float> RealScore => _sums.View.SubView(2, 1);
    public ArrayView<float> FakeScore => _sums.View.SubView(3, 1);

    /// <summary>The generator step's own D(G(z)), after D's update: not reported.</summary>
    public ArrayView<float> FakeScoreAfterUpdate => _sums.View.SubView(4, 1);

    /// <summary>Waits for the device and reads all sums, or sets them: what a checkpoint keeps of a log interval under way.</summary>
    public float[] Sums
    {
        get => _sums.Download();
        set => _sums.Upload(value);
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

    /// <summary>Waits, reads and starts anew. D has moved <paramref name="discriminatorUpdates"/> times a step.</summary>
    public StepMetrics Read(int steps, int discriminatorUpdates)
    {
        _sums.Download(_host);
        double updates = (double)steps * discriminatorUpdates;
        var means = new StepMetrics(steps, _host[0] / updates, _host[1] / (double)steps, _host[2] / updates, _host[3] / updates)
        {
            Penalty = isRegularized ? _host[6] / updates : null, Slope = isRegularized ? _host[7] / updates : null,
        };
        Array.Clear(_host);
        _sums.Upload(_host);
        return means;
    }
}
