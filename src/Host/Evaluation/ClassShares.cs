namespace GpuCgan.Host.Evaluation;

/// <summary>How many images of each class a set has, or should have.</summary>
internal static class ClassShares
{
    public static int[] Of(ReadOnlySpan<int> labels, int classes)
    {
        var counts = new int[classes];
        foreach (int label in labels)
            counts[label]++;
        return counts;
    }

    /// <summary><paramref name="total"/> images in the proportions of <paramref name="counts"/>, by the largest remainders; of equal ones the lower class.</summary>
    public static int[] InProportion(int[] counts, int total)
    {
        long sum = counts.Sum(n => (long)n);
        int[] shares = [.. counts.Select(n => (int)(n * (long)total / sum))];
        int left = total - shares.Sum();
        foreach (int c in Enumerable.Range(0, counts.Length).OrderByDescending(c => counts[c] * (long)total % sum).ThenBy(c => c).Take(left))
            shares[c]++;
        return shares;
    }
}
