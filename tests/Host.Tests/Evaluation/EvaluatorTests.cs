using GpuCgan.Host.Data;
using GpuCgan.Host.Evaluation;
using GpuCgan.Kernels.Devices;

namespace GpuCgan.Host.Tests.Evaluation;

/// <summary>
/// The scores of image sets whose quality is known: the real training images themselves, and what is done to them. One judge serves all tests.
/// </summary>
public sealed class EvaluatorTests(EvaluatorTests.Judged judged) : IClassFixture<EvaluatorTests.Judged>
{
    public sealed class Judged : IDisposable
    {
        private readonly Data.TemporaryFolder _folder = new();
        private readonly ComputeDevice _device = ComputeDevice.Open("cpu");

        public TrainTestSplit Digits { get; } = DigitsDataSet.Load();

        internal StageLog Log { get; } = new();

        internal Measurement Measure(ImageDataSet generated) => new Evaluator(Digits, new ClassifierStore(_folder.FullPath, _device, Log), Log, new ParallelOptions()).Measure(generated);

        public void Dispose()
        {
            _device.Dispose();
            _folder.Dispose();
        }
    }

    private ImageDataSet Train => judged.Digits.Train;

    private ImageDataSet Like(ReadOnlyMemory<byte> pixels, ReadOnlyMemory<int> labels) => new("made", "made", "", 1, 8, 8, pixels, labels, Train.ClassNames);

    private static Score[] All(Scores s) => [s.LabelAccuracy!, s.Cas!, s.Fid!, s.Precision!, s.Recall!, s.Density!, s.Coverage!];

    [Fact]
    public void RealTrainingImagesScoreAsRealTrainingImages()
    {
        var m = judged.Measure(Train);
        Assert.Equal((1438, 1438), (m.Images, m.RealImages));
        Assert.All(All(m.Scores), score => Assert.Equal(score.Real, score.Generated));
        Assert.True(m.Classifier.TestAccuracy >= 0.97, $"the judge reads {m.Classifier.TestAccuracy:P1}");
        Assert.True(m.Scores.Cas!.Real >= 0.97 && m.Scores.LabelAccuracy!.Real >= 0.99 && m.Scores.Coverage!.Real >= 0.95, m.Scores.ToString());
        Assert.InRange(m.Scores.Density!.Real, 0.8, 1.2);
        // The reference is the held-out part: to themselves the training images would be at distance 0 and within reach, all of them.
        Assert.True(m.Scores.Precision!.Real < 1 && m.Scores.Recall!.Real < 1 && m.Scores.Fid!.Real > 0.01, m.Scores.ToString());
        Assert.InRange(m.Scores.Fid!.Real, 0, 1);
        Assert.Equal(10, m.Classes.Count);
        Assert.Equal(359, m.Classes.Sum(c => c.TestImages));
        Assert.Equal(m.Confusion!.Real.Select(row => row.Sum()), m.Classes.Select(c => c.Images));
        // Some 36 test images a class are fewer than the 48 features, so there is no FID of a class.
        Assert.All(m.Classes, c => Assert.True(c.Scores is { Fid: null, Coverage: not null, Cas: not null }));
        Assert.Equal(m.Confusion.Generated, m.Confusion.Real);
    }

    [Fact]
    public void WrongLabelsShowInWhatReadsLabelsAndNowhereElse()
    {
        var real = judged.Measure(Train);
        var m = judged.Measure(Like(Train.Pixels, Train.Labels.ToArray().Select(label => (label + 1) % 10).ToArray()));
        Assert.True(m.Scores.LabelAccuracy!.Generated <= 0.01 && m.Scores.Cas!.Generated <= 0.03, m.Scores.ToString());
        Assert.Equal(real.Scores.Fid!.Generated, m.Scores.Fid!.Generated);
        Assert.Equal(real.Scores.Coverage!.Generated, m.Scores.Coverage!.Generated);
        // Each class alone is compared with images of another digit.
        Assert.True(m.Classes.Average(c => c.Scores.Coverage!.Generated) <= 0.1);
        Assert.All(Enumerable.Range(0, 10), label => Assert.True(m.Confusion!.Generated[(label + 1) % 10][label] >= 100));
    }

    [Fact]
    public void ACollapseShowsInRecallAndCoverageAndNotInLabelAccuracy()
    {
        // The first image of each class, over and over.
        int[] firsts = [.. Enumerable.Range(0, 10).Select(label => Train.Labels.Span.IndexOf(label))];
        int[] labels = [.. Enumerable.Range(0, 1000).Select(i => i % 10)];
        var m = judged.Measure(Like(labels.SelectMany(label => Train.Image(firsts[label]).ToArray()).ToArray(), labels));
        Assert.Equal(1, m.Scores.LabelAccuracy!.Generated);
        Assert.True(m.Scores.Recall!.Generated == 0 && m.Scores.Coverage!.Generated <= 0.25, m.Scores.ToString());
        Assert.True(m.Scores.Cas!.Generated <= 0.9 && m.Scores.Fid!.Generated >= 5 * m.Scores.Fid.Real, m.Scores.ToString());
        // CAS is a share of the 359 held-out images, and so is coverage.
        Assert.All((Score[])[m.Scores.Cas, m.Scores.Coverage], score => Assert.Equal(Math.Round(359 * score.Generated), 359 * score.Generated, 1e-9));
        Assert.NotEqual(0, m.Scores.Cas.Generated);
        // The floor is of as many real images of the same classes.
        Assert.Equal((1000, 1000), (m.Images, m.RealImages));
        Assert.All(m.Classes, c => Assert.Equal((100, 100), (c.Images, c.RealImages)));
    }

    [Fact]
    public void NoiseIsNeitherDenseNorCovering()
    {
        var random = new Random(5);
        var pixels = new byte[500 * 64];
        random.NextBytes(pixels);
        var m = judged.Measure(Like(pixels, Enumerable.Range(0, 500).Select(i => i % 10).ToArray()));
        // Precision is the one that a few real images of a wide reach can fool, which density was made for.
        Assert.True(m.Scores is { Precision.Generated: <= 0.5, Density.Generated: <= 0.2, Coverage.Generated: <= 0.2, LabelAccuracy.Generated: <= 0.3, Cas.Generated: <= 0.4 }, m.Scores.ToString());
        Assert.True(m.Scores.Fid!.Generated >= 20 * m.Scores.Fid.Real, m.Scores.ToString());
    }

    [Fact]
    public void AClassTooSmallForAScoreHasNoneAndTheOthersDo()
    {
        // Class 3 is made five times, one time too few for five neighbours; there are more of class 0 than real ones.
        int[] labels = [.. Enumerable.Repeat(3, 5), .. Enumerable.Repeat(0, 200)];
        int three = Train.Labels.Span.IndexOf(3), zero = Train.Labels.Span.IndexOf(0);
        var m = judged.Measure(Like(labels.SelectMany(label => Train.Image(label == 3 ? three : zero).ToArray()).ToArray(), labels));
        Assert.Equal((205, 5 + 142), (m.Images, m.RealImages));
        Assert.True(m.Classes[3].Scores is { Coverage: null, LabelAccuracy: not null, Cas: not null });
        Assert.True(m.Classes[0].Scores is { Coverage: not null });
        Assert.True(m.Classes[7].Scores is { LabelAccuracy: null, Coverage: null, Cas: not null });
        Assert.Equal((0, 0, 36), (m.Classes[7].Images, m.Classes[7].RealImages, m.Classes[7].TestImages));
    }

    [Fact]
    public void TheJudgeIsTrainedOnce()
    {
        var first = judged.Measure(Train);
        judged.Log.Stages.Clear();
        var again = judged.Measure(Train);
        Assert.True(again.Classifier.Cached);
        Assert.Equal(first.Scores, again.Scores);
        Assert.Equal(first.Classifier.Id, again.Classifier.Id);
        // The student of generated images is another each time; the two of real ones are there.
        Assert.Equal(["training another on 1438 generated images alone", "comparing features", "comparing with every training image"], judged.Log.Stages);
        Assert.Empty(judged.Log.Warnings);
    }
}
