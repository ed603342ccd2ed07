using GpuCgan.Host.Data;
using GpuCgan.Host.Output;
using GpuCgan.Network;
using GpuCgan.Network.Classification;

namespace GpuCgan.Host.Evaluation;

/// <summary>What <see cref="Evaluator"/> measured, without where the images came from; <c>Read</c> are the labels that the classifier reads in the generated images.</summary>
internal sealed record Measurement(
    EvaluationClassifier Classifier, int Images, int RealImages, Scores Scores, IReadOnlyList<ClassEvaluation> Classes, EvaluationConfusion? Confusion, Memorisation Memorisation, IReadOnlyList<int> Read);

/// <summary>
/// Judges generated images. Every score is taken twice against the held-out images: of the generated images, and of as many real training images of the same classes in their
/// place, which is about as good as a score gets.
/// </summary>
internal sealed class Evaluator(TrainTestSplit data, ClassifierStore classifiers, IStageDisplay stages, ParallelOptions cores)
{
    /// <summary>k of precision, recall, density and coverage: what Naeem et al. recommend.</summary>
    public const int Neighbours = 5;

    /// <summary>Images a class, below which hardly a score has a meaning: one more than the neighbours.</summary>
    public const int FewestPerClass = Neighbours + 1;

    private readonly IReadOnlyList<string> _names = data.Train.ClassNames;

    /// <param name="generated">Images under the labels that were asked for, of the data's shape and classes.</param>
    /// <param name="hasLabels">Whether labels were asked for. Where not, the images' labels mean nothing: they are held against real ones in the proportions of the training data.</param>
    public Measurement Measure(ImageDataSet generated, bool hasLabels = true)
    {
        var test = data.Test;
        int[] wanted = hasLabels ? Counts(generated) : ClassShares.InProportion(Counts(data.Train), Math.Min(generated.Count, data.Train.Count));
        var real = data.Train.Sample([.. wanted.Zip(Counts(data.Train), Math.Min)]);
        var shape = new ImageShape(test.Height, test.Width, test.Channels);
        var recipe = ClassifierRecipe.Judge(shape);
        using var judge = classifiers.Get(data.Train, recipe, $"training a classifier on {data.Train.Count} real images", out bool wasThere);
        ClassifierReading ofTest = judge.Read(test.Pixels.Span), ofReal = judge.Read(real.Pixels.Span), ofGenerated = judge.Read(generated.Pixels.Span);
        LabelledFeatures testPoints = new(ofTest, test.Labels), points = new(ofGenerated, generated.Labels), realPoints = new(ofReal, real.Labels);
        var classifier = new EvaluationClassifier(classifiers.IdOf(data.Train, recipe), ConfusionMatrix.Accuracy(Confuse(test, ofTest)), judge.FeatureWidth, wasThere);
        Memorisation? memorisation = null;
        if (!hasLabels)
        {
            Scores? ofAll = null;
            stages.Run("comparing features", _ => ofAll = FeatureScores.Of(testPoints, points, realPoints, Neighbours, cores));
            Remember();
            return new Measurement(classifier, generated.Count, real.Count, ofAll!, [], null, memorisation!, ofGenerated.Labels);
        }
        var confusion = new EvaluationConfusion(Confuse(generated, ofGenerated), Confuse(real, ofReal));
        int[][] learntFromGenerated, learntFromReal;
        using (var student = classifiers.Train(generated, ClassifierRecipe.Student, $"training another on {generated.Count} generated images alone"))
            learntFromGenerated = Confuse(test, student.Read(test.Pixels.Span));
        using (var student = classifiers.Get(real, ClassifierRecipe.Student, $"training another on {real.Count} real images alone", out _))
            learntFromReal = Confuse(test, student.Read(test.Pixels.Span));

        Scores? scores = null;
        var classes = new ClassEvaluation[_names.Count];
        stages.Run("comparing features", progress =>
        {
            scores = FeatureScores.Of(testPoints, points, realPoints, Neighbours, cores) with
            {
                LabelAccuracy = new Score(ConfusionMatrix.Accuracy(confusion.Generated), ConfusionMatrix.Accuracy(confusion.Real)),
                Cas = new Score(ConfusionMatrix.Accuracy(learntFromGenerated), ConfusionMatrix.Accuracy(learntFromReal)),
            };
            for (int c = 0; c < classes.Length; c++)
            {
                progress((c + 1) / (classes.Length + 1.0));
                LabelledFeatures testOfClass = testPoints.OfClass(c), ofClass = points.OfClass(c), realOfClass = realPoints.OfClass(c);
                var ofThis = FeatureScores.Of(testOfClass, ofClass, realOfClass, Neighbours, cores) with
                {
                    LabelAccuracy = Both(ConfusionMatrix.Accuracy(confusion.Generated, c), ConfusionMatrix.Accuracy(confusion.Real, c)),
                    Cas = Both(ConfusionMatrix.Accuracy(learntFromGenerated, c), ConfusionMatrix.Accuracy(learntFromReal, c)),
                };
                classes[c] = new ClassEvaluation(c, _names[c], ofClass.Count, realOfClass.Count, testOfClass.Count, ofThis);
            }
        });
        Remember();
        return new Measurement(classifier, generated.Count, real.Count, scores!, classes, confusion, memorisation!, ofGenerated.Labels);

        void Remember() => stages.Run("comparing with every training image", _ => memorisation = MemorisationCheck.Of(generated, test, data.Train, cores));
    }

    private int[] Counts(ImageDataSet images) => ClassShares.Of(images.Labels.Span, _names.Count);

    private int[][] Confuse(ImageDataSet images, ClassifierReading reading) => ConfusionMatrix.Of(images.Labels.Span, reading.Labels, _names.Count);

    private static Score? Both(double? generated, double? real) => generated is { } g && real is { } r ? new Score(g, r) : null;
}
