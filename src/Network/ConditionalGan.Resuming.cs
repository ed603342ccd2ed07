namespace GpuCgan.Network;

// What a checkpoint holds, and what a resumed run goes on from.
public sealed partial class ConditionalGan
{
    /// <summary>All that the next step follows from beside recipe, seed and step, with the names that checkpoints give it.</summary>
    internal IEnumerable<(string Name, Arena Arena)> SavedArenas()
    {
        foreach (var (name, p) in ((string, Parameters)[])[("generator", _generator.Parameters), ("discriminator", _discriminator.Parameters)])
        {
            yield return (name, p.Values);
            yield return ($"{name}.statistics", p.Statistics);
            yield return ($"{name}.adam_first", p.FirstMoments);
            yield return ($"{name}.adam_second", p.SecondMoments);
        }
        if (_average is not null)
        {
            yield return ("generator_average", _average.Values);
            yield return ("generator_average.statistics", _average.Statistics);
        }
    }

    /// <summary>The sums that <see cref="ReadMetrics"/> will make means of, and over how many steps.</summary>
    internal float[] MetricSums => _metrics.Sums;

    internal int StepsSinceReading => _stepsSinceReading;

    /// <summary>Sets the step that the next one goes on from: a resumed run.</summary>
    internal void GoOnFrom(long step)
    {
        _recorder.Forget();
        Step = step;
        _discriminator.Parameters.Normalized?.Restore(_discriminator.Parameters.Values);
        _clock.Set(checked((uint)(step * Recipe.NCritic)), Seed);
        if (_generatorClock != _clock)
            _generatorClock.Set(checked((uint)step), Seed);
    }

    /// <summary>Goes on with the sums of a log interval that was under way: a resumed run.</summary>
    internal void GoOnMeasuring(float[] sums, int steps)
    {
        _metrics.Sums = sums;
        _stepsSinceReading = steps;
    }
}
