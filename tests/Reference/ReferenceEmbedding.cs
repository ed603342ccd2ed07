namespace GpuCgan.Reference;

/// <summary>Embedding by its definition: one-hot labels times the table. A label outside of the table is a row of zeros.</summary>
public static class ReferenceEmbedding
{
    public static double[,] OneHot(int[] labels, int classes, int repeat = 1)
    {
        var result = new double[labels.Length, classes * repeat];
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= 0 && labels[i] < classes)
            {
                for (int j = 0; j < repeat; j++)
                    result[i, labels[i] * repeat + j] = 1;
            }
        }
        return result;
    }

    public static double[,] Forward(int[] labels, double[,] table) => ReferenceGemm.Forward(OneHot(labels, table.GetLength(0)), table, null);

    public static double[,] Gradient(int[] labels, double[,] dy, int classes) => ReferenceGemm.WeightGradient(OneHot(labels, classes), dy);
}
