using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class SoftmaxCrossEntropyTests
{
    /// <summary>M, C, seed: one of each, primes, a vector's and a group's edges, the classes of the data sets.</summary>
    public static IEnumerable<object[]> Shapes =>
    [
        [1, 1, 1], [1, 2, 2], [7, 3, 3], [15, 10, 4], [16, 10, 5], [17, 5, 6], [63, 1, 7], [65, 31, 8], [255, 10, 9], [256, 2, 10], [257, 10, 11], [521, 7, 12], [3, 256, 13],
    ];

    /// <summary>Logits in [−6, 6], and in every fourth row one at 45: a network that is sure, rightly or wrongly.</summary>
    private static (double[,] Logits, int[] Labels) Batch(int m, int classes, int seed)
    {
        var random = new Random(seed);
        var z = Draw.Uniform(m, classes, seed, -6, 6);
        int[] labels = [.. Enumerable.Range(0, m).Select(_ => random.Next(classes))];
        for (int i = 0; i < m; i += 4)
            z[i, i % 8 == 0 ? labels[i] : random.Next(classes)] = 45;
        return (z, labels);
    }

    private static double[] Row(double[,] z, int row) => [.. Enumerable.Range(0, z.GetLength(1)).Select(c => z[row, c])];

    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void LossGradientAndCountMatchTheReference(string device, int m, int classes, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} M={m} C={classes} seed={seed}";
        var (z, labels) = Batch(m, classes, seed);
        var gradients = new double[m, classes];
        double loss = 0;
        int correct = 0;
        for (int i = 0; i < m; i++)
        {
            loss += ReferenceSoftmax.Loss(Row(z, i), labels[i]) / m;
            correct += ReferenceSoftmax.Best(Row(z, i)) == labels[i] ? 1 : 0;
            double[] gradient = ReferenceSoftmax.Gradient(Row(z, i), labels[i]);
            for (int c = 0; c < classes; c++)
                gradients[i, c] = gradient[c] / m;
        }
        using var gLabels = d.Allocate<int>(m);
        gLabels.Upload(labels);
        using var logits = GuardedMatrix.Of(d, z);
        using var dLogits = GuardedMatrix.Unwritten(d, m, classes);
        using var gLoss = GuardedVector.Of(d, 0);
        using var count = d.Allocate<int>(3);
        count.Upload([-7, 0, -7]);
        var operation = new SoftmaxCrossEntropy(d);
        operation.Launch(logits.Matrix, gLabels.View, dLogits.Matrix, gLoss.View, count.View.SubView(1, 1));

        // A gradient is one exponential (the difference z − m is rounded: 51·2⁻²⁴ at most), a sum of C of them, a quotient: below (2·10⁻⁷ + 3.1·10⁻⁶)·2 + C·2⁻²⁴
        // for C ≤ 31, and no absolute floor, since the label's is the negative sum of the others. A loss adds 6·10⁻⁷ of a logarithm, and the strands M/256 + 32 roundings.
        double rtol = 7e-6 + classes * 6e-8;
        Close.Assert(gradients, dLogits.Read(context), 0, rtol, context + " gradient");
        gLoss.AssertClose([loss], 1e-30, rtol + 2e-6, context + " loss");
        Assert.Equal([-7, correct, -7], count.Download());

        // A second batch is added to loss and count; the gradient may lie on the logits.
        operation.Launch(logits.Matrix, gLabels.View, logits.Matrix, gLoss.View, count.View.SubView(1, 1));
        Assert.Equal(dLogits.Read(context), logits.Read(context));
        gLoss.AssertClose([2 * loss], 1e-30, rtol + 2e-6, context + " accumulated loss");
        Assert.Equal([-7, 2 * correct, -7], count.Download());
    }

    /// <summary>As AC-GAN has them: a column says real or fake, the classes stand beside it, and more may stand behind.</summary>
    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void TheLogitsMayBeColumnsOfAWiderMatrix(string device)
    {
        var d = TestDevice.Get(device);
        const int m = 19, classes = 5, start = 1;
        var (z, batchLabels) = Batch(m, classes, 3);
        double[,] head = Draw.Uniform(m, classes + 3, 4), dHead = Draw.Uniform(m, classes + 3, 5);
        for (int i = 0; i < m; i++)
        {
            for (int c = 0; c < classes; c++)
                head[i, start + c] = z[i, c];
        }
        using var labels = d.Allocate<int>(m);
        labels.Upload(batchLabels);
        using var alone = GuardedMatrix.Of(d, z);
        using var logits = GuardedMatrix.Of(d, head);
        using var gradients = GuardedMatrix.Of(d, dHead);
        using var loss = GuardedVector.Of(d, 0, 0);
        using var counts = d.Allocate<int>(2);
        var operation = new SoftmaxCrossEntropy(d);
        operation.Launch(alone.Matrix, labels.View, alone.Matrix, loss.View.SubView(0, 1), counts.View.SubView(0, 1));
        operation.Launch(
            logits.Matrix.SliceColumns(start, classes), labels.View, gradients.Matrix.SliceColumns(start, classes), loss.View.SubView(1, 1), counts.View.SubView(1, 1));
        float[,] expected = alone.Read(device), actual = gradients.Read(device), untouched = logits.Read(device);
        for (int i = 0; i < m; i++)
        {
            for (int c = 0; c < classes + 3; c++)
            {
                bool inside = c >= start && c < start + classes;
                Assert.Equal(inside ? expected[i, c - start] : (float)dHead[i, c], actual[i, c]);
                Assert.Equal((float)head[i, c], untouched[i, c]);
            }
        }
        Assert.Equal(loss.Read(device)[0], loss.Read(device)[1]);
        Assert.Equal(counts.Download()[0], counts.Download()[1]);
        Assert.NotEqual(0, counts.Download()[0]);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(10)]
    public void TheReferencesGradientIsACentralDifference(int classes)
    {
        const double h = 1e-5;
        var (z, labels) = Batch(9, classes, 40 + classes);
        for (int i = 0; i < 9; i++)
        {
            double[] row = Row(z, i), gradient = ReferenceSoftmax.Gradient(row, labels[i]);
            for (int c = 0; c < classes; c++)
            {
                double at = row[c];
                row[c] = at + h;
                double above = ReferenceSoftmax.Loss(row, labels[i]);
                row[c] = at - h;
                double below = ReferenceSoftmax.Loss(row, labels[i]);
                row[c] = at;
                // h²/6 times a third derivative below ½, and 51·10⁻¹⁶/h.
                Assert.Equal((above - below) / (2 * h), gradient[c], 1e-8);
            }
        }
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void OfEqualLogitsTheFirstIsTheAnswer(string device)
    {
        var d = TestDevice.Get(device);
        using var logits = GuardedMatrix.Of(d, new double[,] { { 2, 2, 2 }, { 2, 2, 2 }, { 1, 3, 3 }, { 1, 3, 3 } });
        using var labels = d.Allocate<int>(4);
        labels.Upload([0, 1, 1, 2]);
        using var loss = GuardedVector.Of(d, 0);
        using var count = d.Allocate<int>(1);
        new SoftmaxCrossEntropy(d).Launch(logits.Matrix, labels.View, logits.Matrix, loss.View, count.View);
        Assert.Equal(2, count.Download()[0]);
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ANaNOrALabelOutsideShowsInItsRowAndInTheLoss(string device)
    {
        var d = TestDevice.Get(device);
        foreach (var (nan, label) in ((int, int)[])[(0, 0), (1, 0), (2, 1), (-1, -1), (-1, 3)])
        {
            var z = Draw.Uniform(2, 3, 5);
            if (nan >= 0)
                z[1, nan] = double.NaN;
            using var logits = GuardedMatrix.Of(d, z);
            using var labels = d.Allocate<int>(2);
            labels.Upload([0, label]);
            using var loss = GuardedVector.Of(d, 0);
            using var count = d.Allocate<int>(1);
            new SoftmaxCrossEntropy(d).Launch(logits.Matrix, labels.View, logits.Matrix, loss.View, count.View);
            string context = $"{device} NaN at {nan}, label {label}";
            var gradients = logits.Read(context);
            for (int c = 0; c < 3; c++)
            {
                Assert.True(float.IsFinite(gradients[0, c]), context);
                Assert.True(float.IsNaN(gradients[1, c]), context);
            }
            Assert.True(float.IsNaN(loss.Read(context)[0]), context);
            Assert.InRange(count.Download()[0], 0, 1);
        }
    }

    [Fact]
    public void OneThreadAndManyAndTheKernelGiveTheSameBits()
    {
        var bits = new List<float[]>();
        foreach (var (name, threads) in (List<(string, int?)>)[("cpu", 1), ("cpu", 2), ("cpu", 3), ("cpu-ilgpu", null)])
        {
            using var d = ComputeDevice.Open(name, threads);
            var (z, batchLabels) = Batch(301, 10, 3);
            using var logits = GuardedMatrix.Of(d, z);
            using var labels = d.Allocate<int>(301);
            labels.Upload(batchLabels);
            using var loss = GuardedVector.Of(d, 0);
            using var count = d.Allocate<int>(1);
            new SoftmaxCrossEntropy(d).Launch(logits.Matrix, labels.View, logits.Matrix, loss.View, count.View);
            bits.Add([.. logits.Read(name).Cast<float>(), .. loss.Read(name), count.Download()[0]]);
        }
        Assert.All(bits, b => Assert.Equal(bits[0], b));
    }

    [Fact]
    public void ArgumentsThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var z = GuardedMatrix.Unwritten(d, 3, 4);
        using var other = GuardedMatrix.Unwritten(d, 3, 5);
        using var longer = GuardedMatrix.Unwritten(d, 4, 4);
        using var labels = d.Allocate<int>(4);
        using var loss = GuardedVector.Unwritten(d, 2);
        var operation = new SoftmaxCrossEntropy(d);
        var three = labels.View.SubView(0, 3);
        var one = loss.View.SubView(0, 1);
        var count = labels.View.SubView(0, 1);
        Assert.Throws<ArgumentException>(() => operation.Launch(z.Matrix, labels.View, z.Matrix, one, count));
        Assert.Throws<ArgumentException>(() => operation.Launch(z.Matrix, three, other.Matrix, one, count));
        Assert.Throws<ArgumentException>(() => operation.Launch(z.Matrix, three, longer.Matrix, one, count));
        Assert.Throws<ArgumentException>(() => operation.Launch(z.Matrix, three, z.Matrix, loss.View, count));
        Assert.Throws<ArgumentException>(() => operation.Launch(z.Matrix, three, z.Matrix, one, three));
    }
}
