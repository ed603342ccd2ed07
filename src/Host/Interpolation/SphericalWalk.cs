namespace GpuCgan.Host.Interpolation;

/// <summary>
/// Spherical interpolation (Shoemake 1985; for latent vectors White 2016, arXiv 1609.04468). Vectors drawn from N(0, 1) in many dimensions lie near a sphere, and the straight line
/// between two of them leaves it: its middle is shorter by a third than anything that G was trained on.
/// </summary>
internal static class SphericalWalk
{
    /// <summary>The point at <paramref name="t"/>, 0 at <paramref name="from"/> and 1 at <paramref name="to"/>; both ends are met to the bit.</summary>
    public static float[] At(float[] from, float[] to, double t)
    {
        if (t <= 0)
            return from;
        if (t >= 1)
            return to;
        double dot = 0, squaresOfFrom = 0, squaresOfTo = 0;
        for (int i = 0; i < from.Length; i++)
        {
            dot += (double)from[i] * to[i];
            squaresOfFrom += (double)from[i] * from[i];
            squaresOfTo += (double)to[i] * to[i];
        }
        double angle = Math.Acos(Math.Clamp(dot / Math.Sqrt(squaresOfFrom * squaresOfTo), -1, 1));
        double sine = Math.Sin(angle);
        // Along one line, or where a vector is zero, there is no arc to follow.
        bool isArc = sine > 1e-6;
        double a = isArc ? Math.Sin((1 - t) * angle) / sine : 1 - t, b = isArc ? Math.Sin(t * angle) / sine : t;
        return [.. from.Zip(to, (x, y) => (float)((a * x) + (b * y)))];
    }
}
