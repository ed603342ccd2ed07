using GpuCgan.Host.Data;
using GpuCgan.Host.Output;
using GpuCgan.Network;
using GpuCgan.Network.Classification;

namespace GpuCgan.Host.Evaluation;

/// <summary>What <see cref="Evaluator"/> measured, without where it came from.</summary>
internal sealed record Measurement(
    EvaluationClassifier Classifier, int Images, int RealImages, Scores Scores, IReadOnlyList<ClassEvaluation> Classes, EvaluationConfusion Confusion);

/// <summary>
/// Judges a generator by the images it makes, in the classes' proportions of the training data. Every score is taken twice against the held-out images: of the generated images, and
/// of real training images in their place, which is as good as it gets.
/// </summary>
internal sealed class Evaluator(ConditionalGan gan, TrainTestSplit data, ClassifierStore classifiers, IStageDisplay stages)
{
    /// <summary>k of precision, recall, density and coverage: what Naeem et al. recommend.</summary>
    public const int Neighbours = 5;

    /// <summary>Images a class, below which hardly a score has a meaning: one more than the neighbours.</summary>
    public const int FewestPerClass = Neighbours + 1;

    private readonly int _classes = data.Train.ClassNames.Count;

    /// <param name="count">Images to generate, at least <see cref="FewestPerClass"/> a class.</param>
    /// <param name="seed">Of their noise.</param>
    public Measurement Measure(int count, ulong seed)
    {
        int[] counts = ClassShares.Of(data.Train.Labels.Span, _classes);
        int[] asked = ClassShares.InProportion(counts, count);
        var test = data.Test;
        var real = data.Train.Sample([.. asked.Zip(counts, Math.Min)]);
        var generated = Generate(asked, seed);

        using var judge = classifiers.Get(data.Train, ClassifierRecipe.Judge(gan.Image), $"training a classifier on {data.Train.Count} real images", out bool wasThere);
        ClassifierReading ofTest = judge.Read(test.Pixels.Span), ofReal = judge.Read(real.Pixels.Span), ofGenerated = judge.Read(generated.Pixels.Span);
        var confusion = new EvaluationConfusion(Confuse(generated, ofGenerated), Confuse(real, ofReal));
        int[][] learntFromGenerated, learntFromReal;
        using (var student = classifiers.Train(generated, ClassifierRecipe.Student, $"training another on {count} generated images alone"))
            learntFromGenerated = Confuse(test, student.Read(test.Pixels.Span));
        using (var student = classifiers.Get(real, ClassifierRecipe.Student, $"training another on {real.Count} real images alone", out _))
            learntFromReal = Confuse(test, student.Read(test.Pixels.Span));

        LabelledFeatures testPoints = new(ofTest, test.Labels), realPoints = new(ofReal, real.Labels), points = new(ofGenerated, generated.Labels);
        Scores scores = null!;
        var classes = new ClassEvaluation[_classes];
        stages.Run("comparing features", progress =>
        {
            scores = Compare(testPoints, points, realPoints) with
            {
                LabelAccuracy = new Score(ConfusionMatrix.Accuracy(confusion.Generated), ConfusionMatrix.Accuracy(confusion.Real)),
                Cas = new Score(ConfusionMatrix.Accuracy(learntFromGenerated), ConfusionMatrix.Accuracy(learntFromReal)),
            };
            for (int c = 0; c < _classes; c++)
            {
                progress((c + 1) / (_classes + 1.0));
                LabelledFeatures testOfClass = testPoints.OfClass(c), ofClass = points.OfClass(c), realOfClass = realPoints.OfClass(c);
                var ofThis = Compare(testOfClass, ofClass, realOfClass) with
                {
                    LabelAccuracy = Both(ConfusionMatrix.Accuracy(confusion.Generated, c), ConfusionMatrix.Accuracy(confusion.Real, c)),
                    Cas = Both(ConfusionMatrix.Accuracy(learntFromGenerated, c), ConfusionMatrix.Accuracy(learntFromReal, c)),
                };
                classes[c] = new ClassEvaluation(c, data.Train.ClassNames[c], ofClass.Count, realOfClass.Count, testOfClass.Count, ofThis);
            }
        });
        double testAccuracy = ConfusionMatrix.Accuracy(Confuse(test, ofTest));
        return new Measurement(new EvaluationClassifier(testAccuracy, judge.FeatureWidth, wasThere), count, real.Count, scores, classes, confusion);
    }

    /// <summary>The generated images as bytes, as a file of them would hold: label after label.</summary>
    private ImageDataSet Generate(int[] perClass, ulong seed)
    {
        var pixels = new byte[(long)perClass.Sum() * gan.Image.Pixels];
        var labels = new List<int>();
        stages.Run($"generating {perClass.Sum()} images", progress =>
        {
            for (int c = 0; c < perClass.Length; c++)
            {
                if (perClass[c] > 0)
                    PixelLevels.Of(gan.Sample([c], 0, perClass[c], seed)).CopyTo(pixels, labels.Count * gan.Image.Pixels);
                labels.AddRange(Enumerable.Repeat(c, perClass[c]));
                progress((c + 1.0) / perClass.Length);
            }
        });
        return new ImageDataSet("generated", "generated", "", gan.Image.Channels, gan.Image.Height, gan.Image.Width, pixels, labels.ToArray(), data.Train.ClassNames);
    }

    private int[][] Confuse(ImageDataSet images, ClassifierReading reading) => ConfusionMatrix.Of(images.Labels.Span, reading.Labels, _classes);

    private static Score? Both(double? generated, double? real) => generated is { } g && real is { } r ? new Score(g, r) : null;

    /// <summary>What follows from features alone; null where a set is too small for it.</summary>
    private static Scores Compare(LabelledFeatures test, LabelledFeatures generated, LabelledFeatures real)
    {
        var sets = (LabelledFeatures[])[test, generated, real];
        Score? fid = null;
        // With no more images than features the covariance is singular, and the distance says more of the number than of the images.
        if (sets.All(set => set.Count > set.Width))
        {
            var distance = new FrechetDistance(test);
            fid = new Score(distance.To(generated), distance.To(real));
        }
        if (sets.Any(set => set.Count <= Neighbours))
            return new Scores(null, null, fid, null, null, null, null);
        var testBalls = new NeighbourBalls(test, Neighbours);
        var ofGenerated = PrecisionAndCoverage.Of(testBalls, new NeighbourBalls(generated, Neighbours));
        var ofReal = PrecisionAndCoverage.Of(testBalls, new NeighbourBalls(real, Neighbours));
        return new Scores(
            null, null, fid, new Score(ofGenerated.Precision, ofReal.Precision), new Score(ofGenerated.Recall, ofReal.Recall),
            new Score(ofGenerated.Density, ofReal.Density), new Score(ofGenerated.Coverage, ofReal.Coverage));
    }
}
