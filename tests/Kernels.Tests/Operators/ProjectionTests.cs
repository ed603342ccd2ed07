using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

/// <summary>Where a label meets an image by products: element by element, or as an inner product with the features.</summary>
public class ProjectionTests
{
    /// <summary>M, N, classes, seed.</summary>
    public static IEnumerable<object[]> Shapes => [[1, 1, 1, 1], [7, 17, 3, 2], [16, 16, 10, 3], [33, 64, 5, 4], [70, 31, 4, 5], [3, 127, 3, 6], [2, 128, 3, 7], [17, 129, 3, 8]];

    private static double[,] Build(int m, int n, Func<int, int, double> element)
    {
        var result = new double[m, n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
                result[i, j] = element(i, j);
        }
        return result;
    }

    /// <summary>Small integers: everything is exact.</summary>
    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void AProjectionIsAnInnerProductWithAGradientToBothSides(string device, int m, int n, int classes, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} M={m} N={n} classes={classes} seed={seed}";
        var random = new Random(seed);
        int[] labels = [.. Enumerable.Range(0, m).Select(_ => random.Next(classes))];
        double[,] table = Draw.Integers(classes, n, seed + 1), h = Draw.Integers(m, n, seed + 2), z = Draw.Integers(m, 1, seed + 3);
        double[,] dz = Draw.Integers(m, 1, seed + 4), dh = Draw.Integers(m, n, seed + 5);
        double Inner(int i) => Enumerable.Range(0, n).Sum(j => table[labels[i], j] * h[i, j]);

        using var gLabels = d.Allocate<int>(m);
        gLabels.Upload(labels);
        using var gTable = GuardedMatrix.Of(d, table);
        using var features = GuardedMatrix.Of(d, h);
        using var embedded = GuardedMatrix.Unwritten(d, m, n);
        using var logits = GuardedMatrix.Of(d, z);
        using var dLogits = GuardedMatrix.Of(d, dz);
        using var dFeatures = GuardedMatrix.Of(d, dh);
        using var dEmbedded = GuardedMatrix.Unwritten(d, m, n);
        using var dTable = GuardedMatrix.Unwritten(d, classes, n);
        var embedding = new Embedding(d);
        var projection = new Projection(d);
        embedding.Forward(gLabels.View, gTable.Matrix, embedded.Matrix);
        projection.Forward(embedded.Matrix, features.Matrix, logits.Matrix);
        projection.BackwardToEmbedding(features.Matrix, dLogits.Matrix, dEmbedded.Matrix);
        projection.BackwardToFeatures(embedded.Matrix, dLogits.Matrix, dFeatures.Matrix);
        embedding.Gradient(gLabels.View, dEmbedded.Matrix, dTable.Matrix, accumulate: false);

        Close.AssertEqual(Build(m, 1, (i, _) => z[i, 0] + Inner(i)), logits.Read(context), context + " logits");
        // ∂/∂table[c, j] of Σ dz·⟨table[y], h⟩ and ∂/∂h[i, j], added to what was there.
        Close.AssertEqual(Build(classes, n, (c, j) => Enumerable.Range(0, m).Sum(i => labels[i] == c ? dz[i, 0] * h[i, j] : 0)), dTable.Read(context), context + " dTable");
        Close.AssertEqual(Build(m, n, (i, j) => dh[i, j] + dz[i, 0] * table[labels[i], j]), dFeatures.Read(context), context + " dh");
        Close.AssertEqual(ReferenceEmbedding.Gradient(labels, Build(m, n, (i, j) => dz[i, 0] * h[i, j]), classes), dTable.Read(context), context + " one-hotᵀ·de");
    }

    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void AProductHasTheOtherFactorForItsGradient(string device, int m, int n, int classes, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} M={m} N={n} classes={classes} seed={seed}";
        double[,] a = Draw.Integers(m, n, seed), b = Draw.Integers(m, n, seed + 1), dy = Draw.Integers(m, n, seed + 2);
        using var ga = GuardedMatrix.Of(d, a);
        using var gb = GuardedMatrix.Of(d, b);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var y = GuardedMatrix.Unwritten(d, m, n);
        using var db = GuardedMatrix.Unwritten(d, m, n);
        using var alone = GuardedMatrix.Unwritten(d, m, n);
        var multiply = new Multiply(d);
        multiply.Forward(ga.Matrix, gb.Matrix, y.Matrix);
        multiply.Backward(ga.Matrix, gdy.Matrix, alone.Matrix);
        multiply.Backward(ga.Matrix, gb.Matrix, gdy.Matrix, gdy.Matrix, db.Matrix);
        Close.AssertEqual(Build(m, n, (i, j) => a[i, j] * b[i, j]), y.Read(context), context + " y");
        Close.AssertEqual(Build(m, n, (i, j) => dy[i, j] * b[i, j]), gdy.Read(context), context + " da");
        Close.AssertEqual(Build(m, n, (i, j) => dy[i, j] * a[i, j]), db.Read(context), context + " db");
        Assert.Equal(db.Read(context), alone.Read(context));
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var e = GuardedMatrix.Unwritten(d, 2, 3);
        using var other = GuardedMatrix.Unwritten(d, 2, 4);
        using var z = GuardedMatrix.Unwritten(d, 2, 1);
        var projection = new Projection(d);
        Assert.Throws<ArgumentException>(() => projection.Forward(e.Matrix, other.Matrix, z.Matrix));
        Assert.Throws<ArgumentException>(() => projection.BackwardToEmbedding(e.Matrix, e.Matrix, e.Matrix));
        Assert.Throws<ArgumentException>(() => projection.BackwardToFeatures(e.Matrix, z.Matrix, other.Matrix));
        Assert.Throws<ArgumentException>(() => new Multiply(d).Forward(e.Matrix, other.Matrix, e.Matrix));
    }
}
