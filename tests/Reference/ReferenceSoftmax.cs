namespace GpuCgan.Reference;

/// <summary>Softmax cross-entropy by its definition, the exponentials taken as they stand: logits of at most some hundred.</summary>
public static class ReferenceSoftmax
{
    public static double[] Probabilities(double[] z)
    {
        double sum = z.Sum(Math.Exp);
        return [.. z.Select(v => Math.Exp(v) / sum)];
    }

    /// <summary>−ln p_y, as ln Σ_c e^(z_c − z_y): near 0 by the series of ln(1 + x), where 1 + x has no digits left for x.</summary>
    public static double Loss(double[] z, int label)
    {
        double others = z.Where((_, c) => c != label).Sum(v => Math.Exp(v - z[label]));
        return others < 1e-6 ? others - others * others / 2 : Math.Log(1 + others);
    }

    /// <summary>∂loss/∂z_c = p_c, and for the label p_y − 1 = −Σ of the others' probabilities.</summary>
    public static double[] Gradient(double[] z, int label)
    {
        var p = Probabilities(z);
        double others = p.Where((_, c) => c != label).Sum();
        return [.. p.Select((v, c) => c == label ? -others : v)];
    }

    /// <summary>The class of the largest logit, the first of equal ones.</summary>
    public static int Best(double[] z) => Array.IndexOf(z, z.Max());
}
