namespace GpuCgan.Reference;

/// <summary>Adam as its paper's algorithm 1 is printed, with AdamW's decay, one parameter at a time.</summary>
public sealed class ReferenceAdam(double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
{
    /// <summary>Update number <paramref name="t"/>, counted from 1.</summary>
    public void Update(double t, double[] w, double[] g, double[] m, double[] v)
    {
        for (int i = 0; i < w.Length; i++)
        {
            m[i] = beta1 * m[i] + (1 - beta1) * g[i];
            v[i] = beta2 * v[i] + (1 - beta2) * Math.Pow(g[i], 2);
            double corrected1 = m[i] / (1 - Math.Pow(beta1, t));
            double corrected2 = v[i] / (1 - Math.Pow(beta2, t));
            w[i] = w[i] * (1 - learningRate * weightDecay) - learningRate * corrected1 / (Math.Sqrt(corrected2) + epsilon);
        }
    }
}
