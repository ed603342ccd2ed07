using System.Globalization;
using GpuCgan.Host.Evaluation;

namespace GpuCgan.Host.Reporting;

/// <summary>The tables of an evaluation.</summary>
internal sealed class ScoreSections(HtmlWriter html, EvaluationResult evaluation)
{
    private const string Nothing = "–";

    public void Add()
    {
        Overall();
        if (evaluation.Classes.Count > 0)
            PerClass();
    }

    /// <summary>What the distances to the training images say, in words and figures.</summary>
    public static void AddMemorisation(HtmlWriter html, Memorisation m)
    {
        html.Add($"<p class=\"after\">{Text($"{m.Images:N0}")} generated and {Text($"{m.TestImages:N0}")} held-out images were compared with every training image. The median distance to the nearest is {Text($"{m.Generated:0.000}")} for generated images and {Text($"{m.HeldOut:0.000}")} for held-out ones, which nobody could copy. ");
        html.Add($"A generated image is the nearer one in {Text($"{100 * m.CloserShare:0}")} % of pairs (50 % where both are alike), and {Text($"{100 * m.CopyShare:0.0}")} % lie nearer than {Text($"{m.CopyDistance:0.000}")}, as 1 % of the held-out images do. A share far above that is a sign of copies; a generator that draws nothing but typical images is nearer too, so look at the pairs.</p>\n");
    }

    private void Overall()
    {
        var e = evaluation;
        html.Add($"<section id=\"scores\"><h2>Scores</h2>\n<p>{Text($"{e.Images:N0}")} generated images of step {Text($"{e.Step}")}, and in their place {Text($"{e.RealImages:N0}")} real training images, each against the {Text($"{e.Data.TestImages:N0}")} held-out images of {e.Data.Name}. What real images reach is about as good as a score gets. The classifier reads {Text($"{100 * e.Classifier.TestAccuracy:0.00}")} % of the held-out images.</p>\n");
        html.Add($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Scores\"><table>\n<thead><tr><th scope=\"col\">score</th><th scope=\"col\">generated</th><th scope=\"col\">real</th><th scope=\"col\" class=\"text\">what it is</th></tr></thead>\n<tbody>\n");
        Row("label accuracy", e.Scores.LabelAccuracy, 100, "0.00", " %", "generated images that the classifier reads as the label asked for");
        Row("CAS", e.Scores.Cas, 100, "0.00", " %", "held-out images read by a classifier that saw these images alone");
        Row("FID", e.Scores.Fid, 1, "0.00", "", "distance between the distributions of features; 0 is best");
        Row("precision", e.Scores.Precision, 1, "0.000", "", "generated images among the real ones");
        Row("recall", e.Scores.Recall, 1, "0.000", "", "real images among the generated ones");
        Row("density", e.Scores.Density, 1, "0.000", "", "how many real images are near a generated one; about 1");
        Row("coverage", e.Scores.Coverage, 1, "0.000", "", "real images with a generated one near: is anything missing?");
        html.Add($"</tbody></table></div>\n");
        if (e.Note is not null)
            html.Add($"<p class=\"after\">{e.Note}</p>\n");
        html.Add($"</section>\n");
    }

    private void Row(string name, Score? score, double scale, string format, string unit, string meaning)
    {
        string generated = score is null ? Nothing : Number(scale * score.Generated, format) + unit, real = score is null ? Nothing : Number(scale * score.Real, format) + unit;
        html.Add($"<tr><th scope=\"row\">{name}</th><td>{generated}</td><td class=\"floor\">{real}</td><td class=\"text\">{meaning}</td></tr>\n");
    }

    private void PerClass()
    {
        html.Add($"<section id=\"classes\"><h2>By class</h2>\n<p>Generated images, and pale what real images reach.</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Scores by class\"><table>\n<thead><tr><th scope=\"col\">class</th>");
        foreach (string heading in (string[])["label accuracy", "CAS", "precision", "recall", "density", "coverage"])
            html.Add($"<th scope=\"col\">{heading}</th>");
        html.Add($"</tr></thead>\n<tbody>\n");
        foreach (var c in evaluation.Classes)
        {
            html.Add($"<tr><th scope=\"row\">{c.Name}</th>");
            Cell(c.Scores.LabelAccuracy, 100, "0.0");
            Cell(c.Scores.Cas, 100, "0.0");
            foreach (var score in (Score?[])[c.Scores.Precision, c.Scores.Recall, c.Scores.Density, c.Scores.Coverage])
                Cell(score, 1, "0.00");
            html.Add($"</tr>\n");
        }
        html.Add($"</tbody></table></div></section>\n");
    }

    private void Cell(Score? score, double scale, string format)
    {
        if (score is null)
            html.Add($"<td>{Nothing}</td>");
        else
            html.Add($"<td>{Number(scale * score.Generated, format)} <span class=\"floor\">{Number(scale * score.Real, format)}</span></td>");
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
