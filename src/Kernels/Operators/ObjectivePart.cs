using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>Some of a batch's rows, one behind the other, of which an <see cref="AdversarialObjective"/> takes the means: the real pairs, say.</summary>
/// <param name="rows">How many rows, at least one.</param>
/// <param name="weight">The part's share of the loss, such as 1; finite.</param>
/// <param name="score">[1], to which the part's mean score, never weighted, is added; no other part's.</param>
public readonly struct ObjectivePart(int rows, float weight, ArrayView<float> score)
{
    /// <summary>The most parts of a batch: real pairs, real images under wrong labels, generated ones.</summary>
    public const int Most = 3;

    /// <summary>How many rows.</summary>
    public int Rows => rows;

    /// <summary>The share of the loss.</summary>
    public float Weight => weight;

    /// <summary>What the mean score is added to.</summary>
    public ArrayView<float> Score => score;
}
