using System.Globalization;
using GpuCgan.Host.Output;

namespace GpuCgan.Host.Evaluation;

/// <summary>An evaluation for people, in lines of at most 80 characters where the classes' names are short.</summary>
internal static class EvaluationText
{
    /// <summary>More classes make a confusion matrix wider than a terminal; then the worst pairs are listed.</summary>
    private const int WidestMatrix = 12;

    private const int WorstPairs = 10;
    private const int LongestName = 12;
    private const string Nothing = "-";

    public static IEnumerable<string> Of(EvaluationResult e) =>
        [.. Head(e), "", .. Overall(e), "", .. Note(e), .. ByLabel(e), .. Answer(e), .. Copies(e), $"Scored in {Number(e.Seconds, "0.0")} s."];

    private static IEnumerable<string> Head(EvaluationResult e) =>
    [
        $"run         {e.Recipe}, seed {e.RunSeed}, {e.Checkpoint}",
        $"data        {e.Data.Name}: {e.Data.TrainImages} training images, {e.Data.TestImages} held out",
        $"classifier  reads {Percent(e.Classifier.TestAccuracy)} % of the held-out images{(e.Classifier.Cached ? " (kept from earlier)" : "")}",
        $"images      {e.Images} generated, seed {e.Seed}; beside them {e.RealImages} real training images",
    ];

    private static IEnumerable<string> Overall(EvaluationResult e)
    {
        var s = e.Scores;
        return TextTable.Lines(
        [
            ["", "generated", "real"],
            Row("label accuracy", s.LabelAccuracy, value => Percent(value) + " %"),
            Row("CAS", s.Cas, value => Percent(value) + " %"),
            Row("FID", s.Fid, value => Number(value, "0.00")),
            Row("precision", s.Precision, Share),
            Row("recall", s.Recall, Share),
            Row("density", s.Density, Share),
            Row("coverage", s.Coverage, Share),
        ]);

        static string[] Row(string name, Score? score, Func<double, string> format) =>
            score is null ? [name, Nothing, Nothing] : [name, format(score.Generated), format(score.Real)];

        static string Share(double value) => Number(value, "0.000");
    }

    private static IEnumerable<string> Note(EvaluationResult e) => e.Note is null ? [] : [e.Note, ""];

    private static IEnumerable<string> ByLabel(EvaluationResult e) => e.Confusion is null ? [] : [.. PerClass(e), "", .. Confusion(e, e.Confusion.Generated), ""];

    private static IEnumerable<string> PerClass(EvaluationResult e)
    {
        List<string[]> rows = [["class", "label %", "CAS %", "precision", "recall", "density", "coverage"]];
        foreach (var c in e.Classes)
        {
            var s = c.Scores;
            rows.Add([Name(c), Pair(s.LabelAccuracy, 100, "0.#"), Pair(s.Cas, 100, "0.#"), Pair(s.Precision, 1, "0.00"), Pair(s.Recall, 1, "0.00"), Pair(s.Density, 1, "0.00"), Pair(s.Coverage, 1, "0.00")]);
        }
        return ["by class, generated/real:", .. TextTable.Lines(rows)];

        static string Pair(Score? score, double scale, string format) =>
            score is null ? Nothing : $"{Number(scale * score.Generated, format)}/{Number(scale * score.Real, format)}";
    }

    private static IEnumerable<string> Confusion(EvaluationResult e, int[][] counts)
    {
        if (counts.Length <= WidestMatrix)
        {
            List<string[]> rows = [["read as", .. e.Classes.Select(c => Text(c.Label))]];
            rows.AddRange(counts.Select((row, label) => (string[])[Name(e.Classes[label]), .. row.Select(n => n == 0 ? "." : Text(n))]));
            return ["generated images by the label asked for, and what the classifier reads:", .. TextTable.Lines(rows)];
        }
        var pairs = from label in Enumerable.Range(0, counts.Length)
                    from read in Enumerable.Range(0, counts.Length)
                    where read != label && counts[label][read] > 0
                    orderby counts[label][read] descending, label, read
                    select $"  {Name(e.Classes[label])} read as {Name(e.Classes[read])}: {counts[label][read]} of {e.Classes[label].Images}";
        string[] worst = [.. pairs.Take(WorstPairs)];
        return worst.Length == 0 ? ["every generated image is read as the label asked for"] : ["generated images most often read as another label than the one asked for:", .. worst];
    }

    /// <summary>The question of the exercise that the default data set comes from: can one learn to read real digits from generated ones?</summary>
    private static IEnumerable<string> Answer(EvaluationResult e) => e.Scores.Cas is not { } cas ? [] :
    [
        $"A classifier that saw {e.Images} generated images and no real one reads {Percent(cas.Generated)} %",
        $"of {e.Data.TestImages} held-out real images; one that saw {e.RealImages} real ones reads {Percent(cas.Real)} %.",
    ];

    /// <summary>Whether training images were learnt by heart.</summary>
    private static IEnumerable<string> Copies(EvaluationResult e) => e.Memorisation is not { } m ? [] :
    [
        $"A generated image is nearer to a training image than a held-out one in {Number(100 * m.CloserShare, "0")} %",
        $"of pairs (50 % where alike); {Number(100 * m.CopyShare, "0.0")} % are as near as the nearest 1 % held out.",
    ];

    /// <summary>Number and name, or the number alone where that is the name.</summary>
    private static string Name(ClassEvaluation c)
    {
        string number = Text(c.Label);
        string name = c.Name == number ? number : $"{number} {c.Name}";
        return name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…";
    }

    private static string Percent(double share) => Number(100 * share, "0.00");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
