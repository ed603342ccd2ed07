namespace GpuCgan.Modes;

/// <summary>Where points of a G lie on the grid.</summary>
/// <param name="Hits">For each mode the points within 3σ of it.</param>
/// <param name="Points">All points.</param>
internal sealed record ModeCount(IReadOnlyList<int> Hits, int Points)
{
    /// <summary>Modes with such a point.</summary>
    public int Covered => Hits.Count(hits => hits > 0);

    /// <summary>Modes that are given a quarter of an even share or more: a stray point on the way between two others does not make one.</summary>
    public int Held => Hits.Count(hits => 4 * hits * Hits.Count >= Points);

    /// <summary>The share of the points that are within 3σ of a mode; of the Gaussians themselves 98.9 %.</summary>
    public double HighQuality => Hits.Sum() / (double)Points;
}
