namespace GpuCgan.Reference;

/// <summary>Gradient penalties by their definitions.</summary>
public static class ReferencePenalty
{
    /// <summary>λ/M·Σ (‖gᵢ‖ − centre)².</summary>
    public static double Value(double[,] g, double centre, double weight) => weight * Norms(g).Average(norm => Math.Pow(norm - centre, 2));

    public static double[] Norms(double[,] g) =>
        [.. Enumerable.Range(0, g.GetLength(0)).Select(i => Math.Sqrt(Enumerable.Range(0, g.GetLength(1)).Sum(j => g[i, j] * g[i, j])))];

    /// <summary>
    /// The gradient of each sample's output by the first <paramref name="selected"/> of its inputs, of a critic of linear layers with LeakyReLU between them: one sample at a
    /// time, the product of the layers' Jacobians from the input on. Behind each hidden layer its output is multiplied with a dropout mask, where there are masks.
    /// </summary>
    public static double[,] InputGradients(double[,] x, double[][,] weights, double[][,] biases, double slope, int selected, double[][,]? masks = null)
    {
        int rows = x.GetLength(0), inputs = x.GetLength(1);
        var result = new double[rows, selected];
        for (int row = 0; row < rows; row++)
        {
            double[] h = [.. Enumerable.Range(0, inputs).Select(j => x[row, j])];
            var jacobian = new double[inputs, inputs];
            for (int j = 0; j < inputs; j++)
                jacobian[j, j] = 1;
            for (int layer = 0; layer < weights.Length; layer++)
            {
                var w = weights[layer];
                bool last = layer == weights.Length - 1;
                double[] a = [.. Enumerable.Range(0, w.GetLength(1)).Select(k => biases[layer][0, k] + Enumerable.Range(0, h.Length).Sum(j => h[j] * w[j, k]))];
                var next = ReferenceGemm.Forward(jacobian, w, null);
                for (int k = 0; k < a.Length; k++)
                {
                    double derivative = (last || a[k] > 0 ? 1 : slope) * (last ? 1 : masks?[layer][row, k] ?? 1);
                    a[k] *= derivative;
                    for (int j = 0; j < inputs; j++)
                        next[j, k] *= derivative;
                }
                h = a;
                jacobian = next;
            }
            for (int j = 0; j < selected; j++)
                result[row, j] = jacobian[j, 0];
        }
        return result;
    }
}
