namespace GpuCgan.Reference;

/// <summary>One step of power iteration and the normalised weights, by their definitions.</summary>
public static class ReferenceSpectralNorm
{
    public static (double[] U, double[] V, double Sigma) Iterate(double[,] w, double[] u)
    {
        var v = Unit([.. Enumerable.Range(0, w.GetLength(1)).Select(c => Enumerable.Range(0, w.GetLength(0)).Sum(r => w[r, c] * u[r]))]);
        var next = Unit([.. Enumerable.Range(0, w.GetLength(0)).Select(r => Enumerable.Range(0, w.GetLength(1)).Sum(c => w[r, c] * v[c]))]);
        return (next, v, Sigma(w, next, v));
    }

    /// <summary>uᵀ·W·v.</summary>
    public static double Sigma(double[,] w, double[] u, double[] v)
    {
        double sigma = 0;
        for (int r = 0; r < u.Length; r++)
        {
            for (int c = 0; c < v.Length; c++)
                sigma += u[r] * w[r, c] * v[c];
        }
        return sigma;
    }

    /// <summary>W / (uᵀ·W·v) with u and v held: what backward differentiates.</summary>
    public static double[,] Normalize(double[,] w, double[] u, double[] v)
    {
        double sigma = Sigma(w, u, v);
        return ReferenceLayers.Map(w, x => x / sigma);
    }

    private static double[] Unit(double[] x)
    {
        double norm = ReferenceDescent.Norm(x);
        return [.. x.Select(value => value / norm)];
    }
}
