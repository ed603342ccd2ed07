using System.Globalization;
using GpuCgan.Host.Runs;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Symptoms;

/// <summary>
/// Looks at a run's log lines for signs that training goes wrong, and says so, each at most once a run. It judges means over a window of at least 500 steps and 10 lines, so that neither the first steps
/// nor one bad batch is taken for a symptom.
/// </summary>
/// <remarks>
/// The limits lie between what was measured on healthy and on ruined runs (docs/pictures.md has the table): far from the first, not at the edge of the second.
/// </remarks>
internal sealed class SymptomWatch(ObjectiveKind objective, Action<string> warn)
{
    /// <summary>Steps that a window spans at least: a healthy D is ahead for tens of steps at the start.</summary>
    public const int WindowSteps = 500;

    /// <summary>Lines of a window at least.</summary>
    public const int WindowLines = 10;

    /// <summary>D is sure of this share on both sides. Healthy runs stay between 0.4 and 0.65.</summary>
    public const double Sure = 0.95;

    /// <summary>The share of real images' distance below which generated ones are called alike. Healthy windows: 0.59 to 1.4; collapsed ones: 0.1 to 0.3.</summary>
    public const double CollapsedShare = 0.35;

    /// <summary>The norm of G's gradient. Healthy runs: 0.15 to 2; one whose D had won for good: 10⁻⁵.</summary>
    public const double VanishedGradient = 1e-3;

    /// <summary>D(x) − D(G(z)) over the first window. Healthy runs: 0.08 to 0.14; a D that cannot learn: below 0.01.</summary>
    public const double Chance = 0.02;

    /// <summary>A loss. Healthy runs: 0.1 to 1.4; where D wins, 7 to 12; where it runs away, 15 to 5,000.</summary>
    public const double LargestLoss = 20;

    /// <summary>A critic's loss has no scale of its own; it is held against its own beginning.</summary>
    public const double LargestGrowth = 100;

    private readonly List<MetricsRecord> _window = [];
    private readonly HashSet<string> _told = [];
    private double? _lossAtStart;
    private bool _startIsKnown;
    private bool _startIsJudged;

    private bool ScoresAreProbabilities => objective is ObjectiveKind.BinaryCrossEntropy or ObjectiveKind.LeastSquares;

    /// <summary>Takes a new line, warns of what it brings to light, and returns it with the identifiers of that.</summary>
    public MetricsRecord Look(MetricsRecord record)
    {
        if (!Advance(record))
            return record;
        var noticed = new List<string>();
        foreach (var (symptom, evidence) in Found())
        {
            if (!_told.Add(symptom.Id))
                continue;
            noticed.Add(symptom.Id);
            warn(string.Create(CultureInfo.InvariantCulture, $"step {record.Step}: {symptom.Title} ({evidence}); {symptom.Advice}."));
        }
        return noticed.Count == 0 ? record : record with { Warnings = noticed };
    }

    /// <summary>Takes a line of an earlier session: what was told then is not told again.</summary>
    public void Recall(MetricsRecord record)
    {
        if (Advance(record))
            _startIsJudged = true;
        _told.UnionWith(record.Warnings);
    }

    /// <summary>Moves the window on; false while it is too short.</summary>
    private bool Advance(MetricsRecord record)
    {
        if (_window.Count == 0)
            _startIsKnown = record.Step < WindowSteps;
        _window.Add(record);
        while (_window.Count > WindowLines && record.Step - _window[1].Step >= WindowSteps)
            _window.RemoveAt(0);
        bool isFull = _window.Count >= WindowLines && record.Step - _window[0].Step >= WindowSteps;
        if (isFull)
            _lossAtStart ??= Math.Max(Mean(r => Math.Abs(r.DLoss)), Mean(r => Math.Abs(r.GLoss)));
        return isFull;
    }

    private IEnumerable<(Symptom Symptom, string Evidence)> Found()
    {
        double real = Mean(r => r.DReal), fake = Mean(r => r.DFake);
        if (ScoresAreProbabilities && real > Sure && fake < 1 - Sure)
            yield return (Symptom.DiscriminatorWins, Text($"D(x) {real:0.000}, D(G(z)) {fake:0.000}"));

        double share = Mean(r => r.FakeDistance) / Mean(r => r.RealDistance);
        if (share < CollapsedShare)
            yield return (Symptom.Collapse, Text($"they are {share:0.00} times as far apart as real ones"));

        double gradient = Mean(r => r.GGradientNorm);
        if (gradient < VanishedGradient)
            yield return (Symptom.VanishingGradient, Text($"its norm is {gradient:0.0e+0}"));

        // Whoever looks for the first time at a later step cannot say "since the start"; and later on, a D at chance may be a G that has become good.
        if (!_startIsJudged && _startIsKnown && ScoresAreProbabilities && real - fake < Chance)
            yield return (Symptom.DiscriminatorAtChance, Text($"D(x) {real:0.000}, D(G(z)) {fake:0.000}"));
        _startIsJudged = true;

        double d = Mean(r => Math.Abs(r.DLoss)), g = Mean(r => Math.Abs(r.GLoss));
        double limit = ScoresAreProbabilities ? LargestLoss : LargestGrowth * Math.Max(1, _lossAtStart ?? 1);
        if (d > limit || g > limit)
            yield return (Symptom.LossRunsAway, Text($"D {d:0.0}, G {g:0.0}"));
    }

    /// <summary>Over the window's lines that have the figure; NaN, which no limit is compared with in favour of a warning, where none has.</summary>
    private double Mean(Func<MetricsRecord, double> figure)
    {
        double sum = 0;
        int count = 0;
        foreach (var record in _window)
        {
            double value = figure(record);
            if (!double.IsFinite(value))
                continue;
            sum += value;
            count++;
        }
        return count == 0 ? double.NaN : sum / count;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
