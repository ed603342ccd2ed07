namespace GpuCgan.Reference;

/// <summary>The optimisers that remember one number a parameter, as their sources print them, one parameter at a time.</summary>
public static class ReferenceDescent
{
    public static void RmsProp(double rate, double decay, double epsilon, double[] w, double[] g, double[] v)
    {
        for (int i = 0; i < w.Length; i++)
        {
            v[i] = decay * v[i] + (1 - decay) * Math.Pow(g[i], 2);
            w[i] -= rate * g[i] / (Math.Sqrt(v[i]) + epsilon);
        }
    }

    public static void Sgd(double rate, double momentum, double[] w, double[] g, double[] b)
    {
        for (int i = 0; i < w.Length; i++)
        {
            b[i] = momentum * b[i] + g[i];
            w[i] -= rate * b[i];
        }
    }

    public static double Norm(double[] x) => Math.Sqrt(x.Sum(v => v * v));
}
