namespace GpuCgan.Modes;

/// <summary>What D said of G's points, and what G could learn from it.</summary>
/// <param name="FakeScore">D(G(z)).</param>
/// <param name="Gradient">The norm of the gradient by all of G's parameters.</param>
internal readonly record struct GameReading(double FakeScore, double Gradient)
{
    public static GameReading Mean(IEnumerable<GameReading> readings)
    {
        GameReading[] all = [.. readings];
        return new GameReading(all.Average(reading => reading.FakeScore), all.Average(reading => reading.Gradient));
    }
}
