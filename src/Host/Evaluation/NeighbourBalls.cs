using System.Numerics.Tensors;

namespace GpuCgan.Host.Evaluation;

/// <summary>
/// A set of points, each with a ball that reaches to its k-th nearest neighbour in the set: an estimate of where the set's distribution lies (Kynkäänniemi et al. 2019, "Improved
/// precision and recall metric for assessing generative models").
/// </summary>
internal sealed class NeighbourBalls
{
    private readonly LabelledFeatures _points;
    private readonly float[] _radii;

    /// <summary>Finds the radii: count² distances.</summary>
    /// <param name="points">More than k.</param>
    /// <param name="k">Which neighbour.</param>
    /// <param name="cores">How many threads look.</param>
    /// <exception cref="ArgumentException">There are not more than k points.</exception>
    public NeighbourBalls(LabelledFeatures points, int k, ParallelOptions cores)
    {
        if (points.Count <= k)
            throw new ArgumentException($"{points.Count} points have no {k}th nearest neighbour.", nameof(points));
        _points = points;
        Neighbours = k;
        _radii = new float[points.Count];
        Parallel.For(0, points.Count, cores, i => _radii[i] = Radius(i));
    }

    public int Count => _points.Count;

    /// <summary>k.</summary>
    public int Neighbours { get; }

    public ReadOnlySpan<float> Point(int i) => _points[i];

    /// <summary>Whether a point lies inside of the ball of point <paramref name="i"/>, its surface excluded.</summary>
    public bool Holds(int i, float distance) => distance < _radii[i];

    public static float Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => TensorPrimitives.Distance(a, b);

    private float Radius(int i)
    {
        Span<float> nearest = stackalloc float[Neighbours];
        nearest.Fill(float.PositiveInfinity);
        var centre = _points[i];
        for (int j = 0; j < _points.Count; j++)
        {
            if (j == i)
                continue;
            float distance = Distance(centre, _points[j]);
            if (!(distance < nearest[^1]))
                continue;
            int place = nearest.Length - 1;
            for (; place > 0 && nearest[place - 1] > distance; place--)
                nearest[place] = nearest[place - 1];
            nearest[place] = distance;
        }
        return nearest[^1];
    }
}
