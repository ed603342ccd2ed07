namespace GpuCgan.Reference;

/// <summary>Matrix products over [rows, columns] arrays, by the definition.</summary>
public static class ReferenceGemm
{
    /// <summary>x·w + b, b may be null.</summary>
    public static double[,] Forward(double[,] x, double[,] w, double[]? b) =>
        Build(x.GetLength(0), w.GetLength(1), (i, j) =>
        {
            double sum = b is null ? 0 : b[j];
            for (int k = 0; k < x.GetLength(1); k++)
                sum += x[i, k] * w[k, j];
            return sum;
        });

    /// <summary>dy·wᵀ.</summary>
    public static double[,] InputGradient(double[,] dy, double[,] w) =>
        Build(dy.GetLength(0), w.GetLength(0), (i, k) =>
        {
            double sum = 0;
            for (int j = 0; j < dy.GetLength(1); j++)
                sum += dy[i, j] * w[k, j];
            return sum;
        });

    /// <summary>xᵀ·dy.</summary>
    public static double[,] WeightGradient(double[,] x, double[,] dy) =>
        Build(x.GetLength(1), dy.GetLength(1), (k, j) =>
        {
            double sum = 0;
            for (int i = 0; i < x.GetLength(0); i++)
                sum += x[i, k] * dy[i, j];
            return sum;
        });

    private static double[,] Build(int rows, int columns, Func<int, int, double> element)
    {
        var result = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                result[i, j] = element(i, j);
        }
        return result;
    }
}
