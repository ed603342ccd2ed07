using GpuCgan.Host.Runs;
using GpuCgan.Host.Symptoms;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Tests.Symptoms;

public sealed class SymptomWatchTests
{
    private readonly List<string> _told = [];

    private SymptomWatch Watch(ObjectiveKind objective = ObjectiveKind.BinaryCrossEntropy) => new(objective, _told.Add);

    /// <summary>What the default run on digits shows in its middle.</summary>
    private static MetricsRecord Healthy(long step) =>
        new(step, 0, 0, 1.3, 0.8, 0.56, 0.45, 1000) { GGradientNorm = 0.5, DGradientNorm = 0.7, RealDistance = 0.56, FakeDistance = 0.5 };

    private static string[] Run(SymptomWatch watch, Func<long, MetricsRecord> record, int lines, int interval = 50) =>
        [.. Enumerable.Range(1, lines).SelectMany(i => watch.Look(record(i * interval)).Warnings)];

    public static TheoryData<string, Func<MetricsRecord, MetricsRecord>> Symptoms => new()
    {
        { "d_wins", r => r with { DReal = 0.97, DFake = 0.03 } },
        { "collapse", r => r with { FakeDistance = 0.3 * r.RealDistance } },
        { "g_gradient_vanishes", r => r with { GGradientNorm = 1e-4 } },
        { "d_at_chance", r => r with { DReal = 0.51, DFake = 0.5 } },
        { "loss_runs_away", r => r with { GLoss = 40 } },
    };

    [Theory]
    [MemberData(nameof(Symptoms))]
    public void EachSymptomIsToldOnceInOneLineWithWhatToTry(string id, Func<MetricsRecord, MetricsRecord> ill)
    {
        Assert.Equal([id], Run(Watch(), step => ill(Healthy(step)), 100));
        string line = Assert.Single(_told);
        Assert.DoesNotContain('\n', line);
        var symptom = Symptom.Find(id)!;
        Assert.StartsWith("step 550: " + symptom.Title, line, StringComparison.Ordinal);
        Assert.EndsWith(symptom.Advice + ".", line, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Symptoms))]
    public void TheFirstStepsAreJudgedByNoOne(string id, Func<MetricsRecord, MetricsRecord> ill)
    {
        // Ill for the first 500 steps; what is said of the whole of a first window may only come at its end.
        Assert.Empty(Run(Watch(), step => ill(Healthy(step)), 499, interval: 1));
        Assert.Empty(Run(Watch(), step => ill(Healthy(step)), 9, interval: 100));
        Assert.Empty(_told);
        Assert.NotNull(Symptom.Find(id));
    }

    [Fact]
    public void AHealthyRunWarnsOfNothing()
    {
        Assert.Empty(Run(Watch(), Healthy, 200));
        // The quietest and the wildest windows that were measured on healthy runs.
        Assert.Empty(Run(Watch(), step => Healthy(step) with { FakeDistance = 0.59 * 0.56, GGradientNorm = 0.15 }, 200));
        Assert.Empty(Run(Watch(), step => Healthy(step) with { DLoss = 1.5, GLoss = 1.4, DReal = 0.65, DFake = 0.35, FakeDistance = 0.8 }, 200));
        Assert.Empty(_told);
    }

    [Fact]
    public void OneBadLineIsNoSymptom()
    {
        Assert.Empty(Run(Watch(), step => step == 2000 ? Healthy(step) with { FakeDistance = 0, GGradientNorm = 0, DReal = 1, DFake = 0, GLoss = 100 } : Healthy(step), 100));
        Assert.Empty(_told);
    }

    [Fact]
    public void ADAtChanceLaterIsAGoodG()
    {
        Assert.Empty(Run(Watch(), step => step < 1000 ? Healthy(step) : Healthy(step) with { DReal = 0.5, DFake = 0.5 }, 100));
        // A run that is resumed at step 5000 has begun earlier.
        Assert.Empty(Run(Watch(), step => Healthy(step + 5000) with { DReal = 0.5, DFake = 0.5 }, 100));
    }

    [Fact]
    public void AResumedRunDoesNotRepeatItself()
    {
        var ill = Symptoms.First(s => (string)((object[])s)[0] == "collapse");
        var change = (Func<MetricsRecord, MetricsRecord>)((object[])ill)[1];
        var first = Watch();
        var log = Enumerable.Range(1, 40).Select(i => first.Look(change(Healthy(i * 50)))).ToList();
        Assert.Single(_told);
        var second = Watch();
        log.ForEach(second.Recall);
        Assert.Empty(second.Look(change(Healthy(2050))).Warnings);
        Assert.Equal(["d_wins"], Run(second, step => Healthy(step + 2050) with { DReal = 0.99, DFake = 0.01 }, 30));
    }

    [Fact]
    public void WhatWasNotMeasuredIsNotJudged()
    {
        var nothing = new MetricsRecord(0, 0, 0, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
        Assert.Empty(Run(Watch(), step => nothing with { Step = step }, 100));
    }
}
