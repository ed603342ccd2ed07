namespace GpuCgan.Reference;

/// <summary>The classifier's forward pass and loss in double, by the definition, from tensors by name, without dropout.</summary>
public sealed class ReferenceClassifier
{
    private const double BatchNormEpsilon = 1e-5;

    /// <summary>A tensor: [rows, columns], one row for a vector.</summary>
    public required Dictionary<string, double[,]> Tensors { get; init; }

    /// <summary>The mean cross-entropy of images under their labels, normalised by the batch's own statistics.</summary>
    public double Loss(double[,] images, int[] labels)
    {
        var x = images;
        int last = ReferenceLayers.Count(Tensors);
        for (int i = 1; i <= last; i++)
        {
            x = ReferenceLayers.Linear(x, Tensors, i);
            if (i < last)
                x = ReferenceLayers.Map(ReferenceLayers.Normalise(x, Tensors[$"norm{i}.gamma"], Tensors[$"norm{i}.beta"], BatchNormEpsilon), v => Math.Max(v, 0));
        }
        return Enumerable.Range(0, labels.Length).Average(r => ReferenceSoftmax.Loss([.. Enumerable.Range(0, x.GetLength(1)).Select(c => x[r, c])], labels[r]));
    }
}
