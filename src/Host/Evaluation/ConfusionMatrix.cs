namespace GpuCgan.Host.Evaluation;

/// <summary>How often images of one label were read as another: <c>counts[label][read]</c>.</summary>
internal static class ConfusionMatrix
{
    public static int[][] Of(ReadOnlySpan<int> labels, ReadOnlySpan<int> read, int classes)
    {
        int[][] counts = [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];
        for (int i = 0; i < labels.Length; i++)
            counts[labels[i]][read[i]]++;
        return counts;
    }

    /// <summary>The share of the diagonal.</summary>
    public static double Accuracy(int[][] counts) => Enumerable.Range(0, counts.Length).Sum(c => (long)counts[c][c]) / (double)counts.Sum(row => row.Sum(n => (long)n));

    /// <summary>The share of a label's images that were read as such; null where it has none.</summary>
    public static double? Accuracy(int[][] counts, int label) => counts[label].Sum(n => (long)n) is > 0 and var all ? counts[label][label] / (double)all : null;
}
