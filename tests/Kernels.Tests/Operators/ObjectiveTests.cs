using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class ObjectiveTests
{
    private static readonly Dictionary<string, Func<ComputeDevice, AdversarialObjective>> Create = new()
    {
        ["binary_cross_entropy"] = AdversarialObjective.BinaryCrossEntropy,
        ["minimax"] = AdversarialObjective.Minimax,
        ["maximum_likelihood"] = AdversarialObjective.MaximumLikelihood,
        ["least_squares"] = AdversarialObjective.LeastSquares,
        ["hinge"] = AdversarialObjective.Hinge,
        ["wasserstein"] = AdversarialObjective.Wasserstein,
    };

    // A kernel is compiled once for each objective, side and device, not once for each row.
    private static readonly Dictionary<(string, ComputeDevice), AdversarialObjective> Created = [];

    private static AdversarialObjective Get(string name, ComputeDevice d) =>
        Created.TryGetValue((name, d), out var created) ? created : Created[(name, d)] = Create[name](d);

    /// <summary>Game, M, weight, seed: one, primes, a vector's and a group's edges.</summary>
    public static IEnumerable<object[]> Cases =>
        from game in ReferenceObjective.All.Keys
        from shape in (object[][])[[1, 1f, 1], [2, 0.25f, 2], [15, 1f, 3], [16, 0.8f, 4], [17, 1f, 5], [63, 2f, 6], [64, 1f, 7], [65, 0.2f, 8], [255, 1f, 9], [256, 1f, 10], [257, 0.75f, 11], [1009, 1f, 12]]
        select (object[])[game, .. shape];

    /// <summary>Logits in [−6, 6], and every fifth at ±50, where a sigmoid has rounded to 0 or 1.</summary>
    private static double[,] Logits(int m, int seed)
    {
        var z = Draw.Uniform(m, 1, seed, -6, 6);
        for (int i = 0; i < m; i += 5)
            z[i, 0] = i % 2 == 0 ? 50 : -50;
        return z;
    }

    /// <summary>Hard targets and soft ones, side by side.</summary>
    private static double[] Targets(int m, int seed) => [.. Enumerable.Range(0, m).Select(i => (double)((float[])[0, 1, 0.9f, 0.1f, 0.5f])[(i + seed) % 5])];

    [Theory]
    [OnCpu(nameof(Cases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(Cases)), OnOpenCl(nameof(Cases))]
    public void BothSidesOfAGameMatchTheReference(string device, string game, int m, float weight, int seed)
    {
        var d = TestDevice.Get(device);
        var z = Logits(m, seed);
        var targets = Targets(m, seed);
        using var t = GuardedVector.Of(d, targets);
        var objective = Get(game, d);
        var reference = ReferenceObjective.All[game];
        Check($"{game}, D, {device} M={m} weight={weight} seed={seed}", d, z, weight, i => reference.Discriminator(z[i, 0], targets[i]), i => reference.DiscriminatorDerivative(z[i, 0], targets[i]),
            reference.Score, (logits, dLogits, loss, score) => objective.ForDiscriminator(logits, t.View, dLogits, loss, new ObjectivePart(m, weight, score)));
        Check($"{game}, G, {device} M={m} seed={seed}", d, z, 1, i => reference.Generator(z[i, 0]), i => reference.GeneratorDerivative(z[i, 0]), reference.Score, objective.ForGenerator);
    }

    private static void Check(
        string context, ComputeDevice d, double[,] z, float weight, Func<int, double> loss, Func<int, double> derivative, Func<double, double> score,
        Action<Matrix, Matrix, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>> launch)
    {
        int m = z.GetLength(0);
        var gradients = new double[m, 1];
        double losses = 0, lossMagnitude = 0, scores = 0, scoreMagnitude = 0;
        for (int i = 0; i < m; i++)
        {
            losses += weight * loss(i) / m;
            lossMagnitude += weight * Math.Abs(loss(i)) / m;
            scores += score(z[i, 0]) / m;
            scoreMagnitude += Math.Abs(score(z[i, 0])) / m;
            gradients[i, 0] = weight * derivative(i) / m;
        }
        using var logits = GuardedMatrix.Of(d, z);
        using var dLogits = GuardedMatrix.Unwritten(d, m, 1);
        using var metrics = GuardedVector.Of(d, 0, 0);
        launch(logits.Matrix, dLogits.Matrix, metrics.View.SubView(0, 1), metrics.View.SubView(1, 1));
        // Softplus is within 6·10⁻⁷ of its value, σ and e^z within 4·10⁻⁷ where z is exact, (1 − t)·z within three roundings; the strands add
        // (M/256 + 32)·2⁻²⁴ ≤ 2.2·10⁻⁶ of the sum of magnitudes, since losses of both signs meet. z itself was rounded by 2⁻²⁴·6, which e^z multiplies: 4·10⁻⁷. A
        // gradient loses as much, and 2⁻²⁴ of a target that it is a difference with.
        Close.Assert(gradients, dLogits.Read(context), 2.5e-7 * weight / m, 2e-6, context + " gradient");
        AssertMetrics(1);

        // A second batch is added to the metrics; the gradient may lie on the logits.
        launch(logits.Matrix, logits.Matrix, metrics.View.SubView(0, 1), metrics.View.SubView(1, 1));
        Assert.Equal(dLogits.Read(context), logits.Read(context));
        AssertMetrics(2);

        void AssertMetrics(int times)
        {
            float[] read = metrics.Read(context);
            Close.Assert(times * losses, read[0], times * (2.5e-7 + 4e-6 * lossMagnitude), 0, context + " loss");
            Close.Assert(times * scores, read[1], times * (2.5e-7 + 4e-6 * scoreMagnitude), 0, context + " score");
        }
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void CrossEntropyKeepsItsPrecisionWhereTheSigmoidHasNone(string device)
    {
        var d = TestDevice.Get(device);
        using var logits = GuardedMatrix.Of(d, new double[,] { { 50 }, { 20 }, { -50 } });
        using var dLogits = GuardedMatrix.Unwritten(d, 3, 1);
        using var metrics = GuardedVector.Of(d, 0, 0);
        var objective = Get("binary_cross_entropy", d);
        objective.ForGenerator(logits.Matrix, dLogits.Matrix, metrics.View.SubView(0, 1), metrics.View.SubView(1, 1));
        // For an image that D is sure is real, what is left is −σ(−z): relative 10⁻⁶, no absolute floor.
        var expected = new double[,] { { -ReferenceObjective.Logistic(-50) / 3 }, { -ReferenceObjective.Logistic(-20) / 3 }, { -1 / 3.0 } };
        Close.Assert(expected, dLogits.Read(device), 0, 1e-6, device);

        using var one = GuardedMatrix.Of(d, new double[,] { { 20 } });
        using var loss = GuardedVector.Of(d, 0, 0);
        objective.ForGenerator(one.Matrix, one.Matrix, loss.View.SubView(0, 1), loss.View.SubView(1, 1));
        Close.Assert(ReferenceObjective.CrossEntropy(20, 1), loss.Read(device)[0], 0, 2e-6, device);
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void AnImageThatDIsMoreThanSureOfKeepsTheLikelihoodFinite(string device)
    {
        var d = TestDevice.Get(device);
        using var logits = GuardedMatrix.Of(d, new double[,] { { 1000 } });
        using var metrics = GuardedVector.Of(d, 0, 0);
        Get("maximum_likelihood", d).ForGenerator(logits.Matrix, logits.Matrix, metrics.View.SubView(0, 1), metrics.View.SubView(1, 1));
        // e⁸⁰ from an argument of 80·log₂e, rounded by 2⁻²⁴·115.
        Close.Assert(new[,] { { -Math.Exp(80) } }, logits.Read(device), 0, 1e-5, device);
    }

    [Fact]
    public void TheReferencesDerivativesAreCentralDifferences()
    {
        const double h = 1e-5;
        foreach (var (name, r) in ReferenceObjective.All)
        {
            foreach (double z in (double[])[-50, -3, -0.4, 0, 0.7, 5])
            {
                // h²/6 times a third derivative below ½ (e⁵ for the likelihood), and 10⁻¹⁶·1250/h.
                foreach (double t in (double[])[0, 0.1, 0.9, 1])
                    Near((r.Discriminator(z + h, t) - r.Discriminator(z - h, t)) / (2 * h), r.DiscriminatorDerivative(z, t), $"{name} D z={z} t={t}");
                Near((r.Generator(z + h) - r.Generator(z - h)) / (2 * h), r.GeneratorDerivative(z), $"{name} G z={z}");
            }
        }

        static void Near(double difference, double derivative, string context) =>
            Assert.True(Math.Abs(difference - derivative) <= 1e-7, $"{context}: {derivative} is not {difference}");
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ANaNLogitShowsInLossAndGradient(string device)
    {
        var d = TestDevice.Get(device);
        using var targets = GuardedVector.Of(d, 0.9, 0.9);
        foreach (string name in Create.Keys)
        {
            var objective = Get(name, d);
            foreach (bool side in (bool[])[false, true])
            {
                using var logits = GuardedMatrix.Of(d, new double[,] { { 1 }, { double.NaN } });
                using var metrics = GuardedVector.Of(d, 0, 0);
                ILGPU.ArrayView<float> loss = metrics.View.SubView(0, 1), score = metrics.View.SubView(1, 1);
                if (side)
                    objective.ForGenerator(logits.Matrix, logits.Matrix, loss, score);
                else
                    objective.ForDiscriminator(logits.Matrix, targets.View, logits.Matrix, loss, new ObjectivePart(2, 1, score));
                Assert.True(float.IsFinite(logits.Read(device)[0, 0]), name);
                Assert.True(float.IsNaN(logits.Read(device)[1, 0]), name);
                Assert.All(metrics.Read(device), x => Assert.True(float.IsNaN(x), name));
            }
        }
    }

    /// <summary>Rows of the parts and seed: parts that end within, at and beyond a group's 256 lanes.</summary>
    public static IEnumerable<object[]> Parts =>
        [[(int[])[1, 1], 1], [(int[])[64, 64], 2], [(int[])[1, 1, 1], 3], [(int[])[255, 2, 257], 4], [(int[])[17, 400, 96], 5], [(int[])[300, 1, 5], 6], [(int[])[256, 256], 7], [(int[])[512, 31, 513], 8]];

    /// <summary>One launch for parts with weights of their own: the gradients of a launch a part, the sum of the losses, and each part's own score.</summary>
    [Theory]
    [OnCpu(nameof(Parts)), OnCpuIlgpu(nameof(Parts)), OnCuda(nameof(Parts)), OnOpenCl(nameof(Parts))]
    public void EachPartHasItsOwnMean(string device, int[] rows, int seed)
    {
        var d = TestDevice.Get(device);
        int m = rows.Sum();
        var z = Logits(m, seed);
        var targets = Targets(m, seed);
        float[] weights = [1, 0.25f, 0.75f];
        using var t = GuardedVector.Of(d, targets);
        foreach (var (name, reference) in ReferenceObjective.All)
        {
            string context = $"{name}, {device} parts={string.Join('+', rows)} seed={seed}";
            using var logits = GuardedMatrix.Of(d, z);
            using var dLogits = GuardedMatrix.Unwritten(d, m, 1);
            using var metrics = GuardedVector.Of(d, [3, .. Enumerable.Repeat(-2.0, rows.Length)]);
            Get(name, d).ForDiscriminator(logits.Matrix, t.View, dLogits.Matrix, metrics.View.SubView(0, 1), [.. rows.Select((n, part) => new ObjectivePart(n, weights[part], metrics.View.SubView(1 + part, 1)))]);

            var gradients = new double[m, 1];
            double[] scores = new double[rows.Length], scoreMagnitudes = new double[rows.Length];
            double loss = 0, lossMagnitude = 0;
            for (int part = 0, row = 0; part < rows.Length; part++)
            {
                for (int end = row + rows[part]; row < end; row++)
                {
                    double share = weights[part] / (double)rows[part];
                    loss += share * reference.Discriminator(z[row, 0], targets[row]);
                    lossMagnitude += share * Math.Abs(reference.Discriminator(z[row, 0], targets[row]));
                    scores[part] += reference.Score(z[row, 0]) / rows[part];
                    scoreMagnitudes[part] += Math.Abs(reference.Score(z[row, 0])) / rows[part];
                    gradients[row, 0] = share * reference.DiscriminatorDerivative(z[row, 0], targets[row]);
                }
            }
            float[] read = metrics.Read(context);
            // As above; the sums begin at 3 and −2, which the last addition rounds by 2⁻²⁴ of its result, and the smallest part's gradients are the largest.
            Close.Assert(gradients, dLogits.Read(context), 2.5e-7 / rows.Min(), 2e-6, context + " gradient");
            Close.Assert(3 + loss, read[0], 2.5e-7 + 4e-6 * lossMagnitude, 1.2e-7, context + " loss");
            for (int part = 0; part < rows.Length; part++)
                Close.Assert(scores[part] - 2, read[1 + part], 2.5e-7 + 4e-6 * scoreMagnitudes[part], 1.2e-7, $"{context} score {part}");
        }
    }

    [Fact]
    public void OneThreadAndManyAndTheKernelGiveTheSameBits()
    {
        foreach (var (name, create) in Create)
        {
            var bits = new List<float[]>();
            foreach (var (device, threads) in (List<(string, int?)>)[("cpu", 1), ("cpu", 3), ("cpu-ilgpu", null)])
            {
                using var d = ComputeDevice.Open(device, threads);
                using var logits = GuardedMatrix.Of(d, Draw.Uniform(601, 1, 31, -4, 4));
                using var dLogits = GuardedMatrix.Unwritten(d, 601, 1);
                using var targets = GuardedVector.Of(d, Targets(601, 1));
                using var metrics = GuardedVector.Of(d, 0, 0, 0, 0);
                var objective = create(d);
                ObjectivePart Part(int rows, float weight, int score) => new(rows, weight, metrics.View.SubView(score, 1));
                objective.ForDiscriminator(logits.Matrix, targets.View, dLogits.Matrix, metrics.View.SubView(0, 1), Part(269, 0.3f, 1), Part(7, 1, 2), Part(325, 0.7f, 3));
                objective.ForGenerator(logits.Matrix, logits.Matrix, metrics.View.SubView(0, 1), metrics.View.SubView(1, 1));
                bits.Add([.. logits.Read(device).Cast<float>(), .. dLogits.Read(device).Cast<float>(), .. metrics.Read(device)]);
            }
            Assert.All(bits, b => Assert.True(bits[0].SequenceEqual(b), name));
        }
    }

    [Fact]
    public void ArgumentsThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var z = GuardedMatrix.Unwritten(d, 3, 1);
        using var other = GuardedMatrix.Unwritten(d, 4, 1);
        using var wide = GuardedMatrix.Unwritten(d, 3, 2);
        using var metrics = GuardedVector.Unwritten(d, 2);
        using var targets = GuardedVector.Unwritten(d, 3);
        using var four = GuardedVector.Unwritten(d, 4);
        var one = metrics.View.SubView(0, 1);
        var objective = AdversarialObjective.Hinge(d);
        Assert.Throws<ArgumentException>(() => objective.ForGenerator(z.Matrix, other.Matrix, one, one));
        Assert.Throws<ArgumentException>(() => objective.ForGenerator(wide.Matrix, wide.Matrix, one, one));
        Assert.Throws<ArgumentException>(() => objective.ForGenerator(z.Matrix, z.Matrix, metrics.View, one));
        Assert.Throws<ArgumentException>(() => objective.ForGenerator(z.Matrix, z.Matrix, one, metrics.View));
        void Discriminate(ILGPU.ArrayView<float> t, GuardedMatrix dz, params ReadOnlySpan<ObjectivePart> parts) => objective.ForDiscriminator(z.Matrix, t, dz.Matrix, one, parts);
        Discriminate(targets.View, z, new(1, 1, one), new(2, 0, one));
        Assert.Throws<ArgumentException>(() => Discriminate(metrics.View, z, new ObjectivePart(3, 1, one)));
        Assert.Throws<ArgumentException>(() => Discriminate(targets.View, other, new ObjectivePart(3, 1, one)));
        Assert.Throws<ArgumentException>(() => Discriminate(targets.View, z, new ObjectivePart(3, float.NaN, one)));
        Assert.Throws<ArgumentException>(() => Discriminate(targets.View, z, new ObjectivePart(3, 1, metrics.View)));
        Assert.Throws<ArgumentException>(() => Discriminate(targets.View, z));
        Assert.Throws<ArgumentException>(() => Discriminate(targets.View, z, new(1, 1, one), new ObjectivePart(1, 1, one)));
        Assert.Throws<ArgumentException>(() => Discriminate(targets.View, z, new(3, 1, one), new ObjectivePart(0, 1, one)));
        // Four parts are one too many, though their rows fit.
        Assert.Throws<ArgumentException>(() => objective.ForDiscriminator(other.Matrix, four.View, other.Matrix, one, new(1, 1, one), new(1, 1, one), new(1, 1, one), new ObjectivePart(1, 1, one)));
    }
}
