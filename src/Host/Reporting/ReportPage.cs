using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json.Nodes;
using GpuCgan.Host.Data;
using GpuCgan.Host.Evaluation;
using GpuCgan.Host.Output;
using GpuCgan.Host.Runs;

namespace GpuCgan.Host.Reporting;

/// <summary>
/// The page: one file that needs nothing else, no script, no font, no network. Whatever part of the run is missing is told with the command that makes it.
/// </summary>
internal sealed class ReportPage(RunReport report)
{
    private const string Style = "report.css";
    private const string Sheet = "sheet";
    private const string Fine = "fine";

    private readonly HtmlWriter _html = new();

    private string Folder => ShellWord.Of(report.Run.Folder);

    private bool HasLabels => (string?)report.Options["recipe"]?["generator_label"] != "none";

    private MetricsRecord? Last => report.Metrics.Count > 0 ? report.Metrics[^1] : null;

    public string ToHtml()
    {
        Head();
        _html.Add($"<main>\n");
        Warnings();
        _html.Add($"<div class=\"pair\">\n");
        Samples();
        Evolution();
        _html.Add($"</div>\n");
        Training();
        Interpolation();
        if (report.Evaluation is { } evaluation)
        {
            new ScoreSections(_html, evaluation).Add();
            if (report.CheckpointStep is { } newest && newest != evaluation.Step)
                Missing($"The scores are of step {evaluation.Step}; the run has since gone on to step {newest}.", $"gpucgan evaluate {Folder}");
            if (evaluation.Confusion is not null)
            {
                PictureOrNothing("confusion", "Confusion", report.Run.ConfusionFile,
                "Confusion matrix: a row for each label that was asked for, a column for each that the classifier read in the images; the darker, the more images.",
                "Rows: the label that was asked for. Columns: what the classifier reads. Off the diagonal stand images that were read as another label.");
            }
            PictureOrNothing("neighbours", "Nearest training images", report.Run.NeighboursFile,
                $"Generated images of each class{(HasLabels ? "" : " that the classifier reads in them")}, each followed by the training images nearest to it and their distances.",
                "Framed: generated images. To the right of each: the training images nearest to it, with their distances (root mean square of the pixels' differences, 1 between black and white). A generator that has learnt its training images by heart shows pairs that are the same.");
            if (evaluation.Memorisation is { } memorisation)
                ScoreSections.AddMemorisation(_html, memorisation);
        }
        else
        {
            _html.Add($"<section id=\"scores\"><h2>Scores</h2>\n");
            Missing("This run has not been evaluated. Scores beside those of real images, the confusion matrix and the nearest training images come with", $"gpucgan evaluate {Folder}");
            _html.Add($"</section>\n");
        }
        Reproduce();
        Options();
        _html.Add($"</main>\n<footer>Written by gpucgan {ProgramVersion.Text} on {report.Written:yyyy-MM-dd HH:mm} UTC. Everything on this page is in this one file.{Attribution()}</footer>\n</body>\n</html>\n");
        return _html.ToString();
    }

    private void Head()
    {
        var recipe = report.Options["recipe"];
        string data = Text("data"), title = $"{DataName(data)} · {(string?)recipe?["name"]}";
        using var css = new StreamReader(typeof(ReportPage).Assembly.GetManifestResourceStream(Style) ?? throw new InvalidOperationException($"resource '{Style}' was not built into the program"));
        _html.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} – {report.Name}</title>\n<style>\n");
        // Our own text, not a hole to encode: a style sheet's quotes are its own.
        _html.AddOwn(css.ReadToEnd());
        _html.Add($"</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n<p class=\"sub\">Run <code>{report.Name}</code>, {(HasLabels ? "a conditional GAN: give it a label, get an image" : "a GAN: it draws images like those it was shown")}.</p>\n<dl class=\"facts\">\n");
        if (report.Evaluation?.Scores is { } s)
        {
            Figure("Label accuracy", s.LabelAccuracy, "0.0", 100, " %");
            Figure("CAS", s.Cas, "0.0", 100, " %");
            Figure("FID", s.Fid, "0.00", 1, "");
            Figure("Coverage", s.Coverage, "0.000", 1, "");
        }
        Fact("Data", data == DataName(data) ? data : $"{DataName(data)}", $"{Text("training_images")} training images");
        Fact("Recipe", (string?)recipe?["name"] ?? "", $"batch {(string?)recipe?["batch_size"]?.ToString()}");
        Fact("Seed", Text("seed"), null);
        Fact("Trained", Last is { } last ? string.Create(CultureInfo.InvariantCulture, $"{last.Step:N0} steps") : "no step logged",
            Last is { } l ? string.Create(CultureInfo.InvariantCulture, $"{l.Epoch:0.#} epochs in {ProgressText.Time(TimeSpan.FromSeconds(l.Seconds))}") : null);
        Fact("Device", Text("device"), Text("device_name"));
        Fact("Date", report.Trained.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), report.Trained.ToString("HH:mm", CultureInfo.InvariantCulture) + " UTC");
        Fact("Version", "gpucgan " + Text("version"), Text("backend"));
        _html.Add($"</dl>\n<nav aria-label=\"Sections\"><a href=\"#samples\">Samples</a> <a href=\"#evolution\">Evolution</a> <a href=\"#training\">Training</a> <a href=\"#interpolation\">Interpolation</a> <a href=\"#scores\">Scores</a> ");
        if (report.Evaluation is not null)
        {
            if (HasLabels)
                _html.Add($"<a href=\"#classes\">Classes</a> <a href=\"#confusion\">Confusion</a> ");
            _html.Add($"<a href=\"#neighbours\">Neighbours</a> ");
        }
        _html.Add($"<a href=\"#reproduce\">Reproduce</a> <a href=\"#options\">Options</a></nav>\n</header>\n");
    }

    private void Figure(string name, Score? score, string format, double scale, string unit)
    {
        if (score is null)
            return;
        _html.Add($"<div class=\"big\"><dt>{name}</dt><dd>{(scale * score.Generated).ToString(format, CultureInfo.InvariantCulture)}{unit}<small>real images {(scale * score.Real).ToString(format, CultureInfo.InvariantCulture)}{unit}</small></dd></div>\n");
    }

    private void Fact(string name, string value, string? more)
    {
        _html.Add($"<div><dt>{name}</dt><dd>{value}");
        if (more is not null)
            _html.Add($"<small>{more}</small>");
        _html.Add($"</dd></div>\n");
    }

    private void Warnings()
    {
        var warnings = report.Warnings.ToList();
        if (warnings.Count == 0)
            return;
        _html.Add($"<section id=\"warnings\"><h2>Warnings</h2>\n<ul class=\"warnings\">\n");
        foreach (var (step, symptom) in warnings)
            _html.Add($"<li><strong>Step {step}: {symptom.Title}.</strong> To get out of it, {symptom.Advice}.</li>\n");
        _html.Add($"</ul></section>\n");
    }

    private void Samples()
    {
        _html.Add($"<section id=\"samples\"><h2>Samples</h2>\n");
        if (report.Samples is { } path)
            Picture(path, HasLabels ? "A sheet of generated images: a column for each label, a row for each latent vector." : "A sheet of generated images.",
                HasLabels ? "What the network draws: a column a label, a row a latent vector. Nothing is picked." : "What the network draws, each image from a latent vector of its own. Nothing is picked.", Sheet);
        else
            Missing("There is no sheet of samples.", $"gpucgan sample {Folder}");
        _html.Add($"</section>\n");
    }

    private void Evolution()
    {
        _html.Add($"<section id=\"evolution\"><h2>Evolution</h2>\n");
        if (File.Exists(report.Run.EvolutionFile))
            Picture(report.Run.EvolutionFile, "An animation of the same sheet through training, from noise to the last step.", HasLabels ? "The same latent vectors and labels from before the first step to the last." : "The same latent vectors from before the first step to the last.", Sheet);
        else
            Missing("There is no animation: it is drawn when a training ends. Go on with", $"gpucgan train --resume {Folder}");
        _html.Add($"</section>\n");
    }

    private void Training()
    {
        _html.Add($"<section id=\"training\"><h2>Training</h2>\n");
        if (File.Exists(report.Run.LossesFile))
        {
            Picture(report.Run.LossesFile, "Curves against the step: losses of D and G, what D says of real and generated images, distances between images of a label, norms of the gradients.",
                "In a balanced run D says a little more than 0.5 of real images and a little less of generated ones, and two generated images of a label are about as far apart as two real ones: far below, G has collapsed.", Fine);
        }
        else
        {
            Missing("There are no curves: they are drawn when a training ends. Go on with", $"gpucgan train --resume {Folder}");
        }
        _html.Add($"</section>\n");
    }

    private void Interpolation()
    {
        _html.Add($"<section id=\"interpolation\"><h2>Interpolation</h2>\n");
        if (report.Interpolations.Count == 0)
            Missing("There is no walk between latent vectors.", $"gpucgan interpolate {Folder}");
        _html.Add($"<div class=\"pair\">\n");
        foreach (string path in report.Interpolations)
        {
            bool ofLabels = Path.GetFileName(path).Contains("-to-", StringComparison.Ordinal);
            _html.Add($"<section style=\"padding-top:0\">\n");
            Picture(path,
                ofLabels ? "Generated images on the way from one label to another." : "Generated images on the way from one latent vector to another.",
                ofLabels ? "From one label to another, each latent vector unchanged." : HasLabels ? "From one latent vector to another, each label unchanged. Smooth changes show that G has learnt more than single images." : "From one latent vector to another. Smooth changes show that G has learnt more than single images.", Sheet);
            _html.Add($"</section>\n");
        }
        _html.Add($"</div></section>\n");
    }

    private void PictureOrNothing(string id, string heading, string path, string alt, string caption)
    {
        _html.Add($"<section id=\"{id}\"><h2>{heading}</h2>\n");
        if (File.Exists(path))
            Picture(path, alt, caption, Fine);
        else
            Missing("This picture is drawn with an evaluation.", $"gpucgan evaluate {Folder}");
        _html.Add($"</section>\n");
    }

    private void Reproduce()
    {
        string command = ReproducingCommand.Of(report.Options, report.Run.OptionsFile);
        _html.Add($"<section id=\"reproduce\"><h2>Reproduce it</h2>\n<p>On a device of the same kind this gives the same bits.</p>\n");
        Code(command);
        long steps = RunOptions.Number(report.Options, "steps", report.Run.OptionsFile);
        if (Last is { } last && last.Step < steps)
            _html.Add($"<p>This run stopped at step {last.Step} of {steps}.</p>\n");
        _html.Add($"<h3>Go on from here</h3>\n");
        foreach (string next in (string[])[
            $"gpucgan sample {Folder} --count 20 --out samples.png", $"gpucgan interpolate {Folder} --format apng", $"gpucgan evaluate {Folder}",
            string.Create(CultureInfo.InvariantCulture, $"gpucgan train --resume {Folder} --steps {2 * steps}"), $"gpucgan report {Folder}"])
            Code(next);
        _html.Add($"</section>\n");
    }

    private void Options()
    {
        _html.Add($"<section id=\"options\"><h2>Options</h2>\n<p>Every effective option, as <code>options.json</code> holds it.</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Options\"><table>\n<thead><tr><th scope=\"col\">option</th><th scope=\"col\" class=\"text\">value</th></tr></thead>\n<tbody>\n");
        AddOptions(report.Options, "");
        _html.Add($"</tbody></table></div></section>\n");
    }

    private void AddOptions(JsonObject options, string prefix)
    {
        foreach (var (name, value) in options)
        {
            if (value is JsonObject inner)
                AddOptions(inner, $"{prefix}{name}.");
            else
                _html.Add($"<tr><th scope=\"row\">{prefix}{name}</th><td class=\"value\">{(value is null ? "–" : value is JsonArray array ? string.Join(", ", array.Select(v => v?.ToString())) : value.ToString())}</td></tr>\n");
        }
    }

    /// <param name="path">A PNG.</param>
    /// <param name="alt">For who cannot see it.</param>
    /// <param name="caption">Below it.</param>
    /// <param name="kind">Its class of style; "fine" for a picture that is drawn at twice its size.</param>
    private void Picture(string path, string alt, string caption, string kind)
    {
        byte[] png = File.ReadAllBytes(path);
        // The header's first fields, 16 and 20 bytes into every PNG.
        int Size(int at) => BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at)) / (kind == Fine ? 2 : 1);
        _html.Add($"<figure class=\"{kind}\"><div tabindex=\"0\"><img alt=\"{alt}\" width=\"{Size(16)}\" height=\"{Size(20)}\" src=\"data:image/png;base64,{Convert.ToBase64String(png)}\"></div><figcaption>{caption}</figcaption></figure>\n");
    }

    private void Missing(string what, string command)
    {
        _html.Add($"<div class=\"missing\"><p>{what}</p>");
        Code(command);
        _html.Add($"</div>\n");
    }

    private void Code(string command) => _html.Add($"<pre tabindex=\"0\">{command}</pre>\n");

    private string Text(string field) => report.Options[field]?.ToString() ?? "";

    /// <summary>A path's last part.</summary>
    private static string DataName(string data) => Path.GetFileName(Path.TrimEndingDirectorySeparator(data)) is { Length: > 0 } name ? name : data;

    /// <summary>The digits' licence asks for their source wherever they are shown.</summary>
    private string Attribution() => Text("data") == DigitsDataSet.Name ? $" Digits: {DigitsDataSet.Set.Licence}." : "";
}
