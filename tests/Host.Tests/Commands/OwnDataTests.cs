using System.Text.Json.Nodes;
using GpuCgan.Host.Data;
using SkiaSharp;

namespace GpuCgan.Host.Tests.Commands;

/// <summary>Data of the user's own through the whole program: training, sheets, pictures, checkpoints, resuming.</summary>
public sealed class OwnDataTests : IDisposable
{
    private static readonly string[] Short = ["--steps", "30", "--batch-size", "8", "--device", "cpu", "--checkpoint-interval", "1"];

    private readonly string _folder = Directory.CreateTempSubdirectory("gpucgan-own-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(params string[] parts) => Path.Combine([_folder, .. parts]);

    private Cli Run(params string[] arguments)
    {
        var result = Cli.Run(_folder, arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    /// <summary>Two classes of ten pictures, 6 rows of 5: one plain red, one plain blue.</summary>
    private void PutPictures()
    {
        foreach (var (name, colour) in ((string, SKColor)[])[("red ones", SKColors.Red), ("blue/ones".Replace('/', '-'), SKColors.Blue)])
        {
            Directory.CreateDirectory(In("pictures", name));
            using var bitmap = new SKBitmap(5, 6);
            bitmap.Erase(colour);
            using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100)!;
            for (int i = 0; i < 10; i++)
                File.WriteAllBytes(In("pictures", name, $"{i}.png"), png.ToArray());
        }
    }

    [Fact]
    public void ColourGoesThroughTheWholeProgram()
    {
        PutPictures();
        // The classic recipe: one with a schedule ends elsewhere in a run that was first planned to be shorter.
        var trained = Run(["train", "--data", "pictures", .. Short, "--recipe", "mlp-classic", "--name", "whole"]);
        Assert.Contains("pictures: 16 training images of 6×5×3, 2 classes", trained.Error, StringComparison.Ordinal);
        string run = In("runs", "00000-whole");

        // In plain colours even a network that has learnt little cannot be gray.
        using (var sheet = SKBitmap.Decode(Directory.GetFiles(Path.Combine(run, "samples")).Order().Last())!)
            Assert.Contains(sheet.Pixels, pixel => Math.Abs(pixel.Red - pixel.Blue) > 60);

        Assert.Equal("folder", Run("sample", run, "--labels", "red ones", "--count", "3", "--format", "folder", "--out", "folder").Output.Trim());
        Assert.Equal(["red ones"], Directory.GetDirectories(In("folder")).Select(Path.GetFileName));
        using (var picture = SKBitmap.Decode(In("folder", "red ones", "0000.png"))!)
            Assert.Equal((5, 6), (picture.Width, picture.Height));
        Cli.Run(_folder, "sample", run, "--format", "idx", "--out", "idx").AssertRefused("--format idx", "3");
        Cli.Run(_folder, "sample", run, "--labels", "green ones").AssertRefused("blue-ones, red ones (0 to 1)");

        // What was drawn is a data set of the same classes.
        Run("sample", run, "--count", "20", "--format", "folder", "--out", "drawn");
        Assert.Contains("drawn: 32 training images of 6×5×3, 2 classes", Run("train", "--data", "drawn", "--dry-run", "--batch-size", "8").Error, StringComparison.Ordinal);

        Run("train", "--data", "pictures", "--recipe", "mlp-classic", "--steps", "11", "--batch-size", "8", "--device", "cpu", "--name", "half");
        Run("train", "--resume", In("runs", "00001-half"), "--steps", "30", "--device", "cpu");
        byte[] Checkpoint(string name) => File.ReadAllBytes(In("runs", name, "checkpoints", "step-00000030.safetensors"));
        Assert.Equal(Checkpoint("00000-whole"), Checkpoint("00001-half"));
    }

    [Fact]
    public void AConvertedRunIsResumedWithItsConversion()
    {
        PutPictures();
        Run(["train", "--data", "pictures", .. Short, "--size", "8x4", "--grayscale", "--name", "g"]);
        string run = In("runs", "00000-g");
        var options = JsonNode.Parse(File.ReadAllText(Path.Combine(run, "options.json")))!;
        Assert.Equal(("8x4", true), ((string)options["data_options"]!["size"]!, (bool)options["data_options"]!["grayscale"]!));
        Assert.Equal(In("pictures"), (string)options["data"]!);

        string elsewhere = Directory.CreateDirectory(In("elsewhere")).FullName;
        var resumed = Cli.Run(elsewhere, "train", "--resume", run, "--steps", "35", "--size", "8x4", "--device", "cpu");
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Contains("16 training images of 8×4, 2 classes", resumed.Error, StringComparison.Ordinal);
        Cli.Run(_folder, "train", "--resume", run, "--steps", "40", "--size", "8").AssertRefused("--size 8x8", "started with 8x4");
        Cli.Run(_folder, "train", "--resume", run, "--steps", "40", "--csv-label", "last").AssertRefused("--csv-label last", "started without it");

        // The pictures changed since: the run cannot go on.
        File.Delete(In("pictures", "red ones", "0.png"));
        Cli.Run(_folder, "train", "--resume", run, "--steps", "40").AssertRefused("SHA-256");
    }

    [Fact]
    public void ACsvFileIsTrainedOn()
    {
        File.WriteAllLines(In("table.csv"), ["kind;a;b;c;d", .. Enumerable.Range(0, 40).Select(i => $"{(i % 2 == 0 ? "even" : "odd")};{i};{2 * i};{3 * i};{i}")]);
        var trained = Run(["train", "--data", "table.csv", "--csv-label", "kind", .. Short]);
        Assert.Contains("table: 32 training images of 2×2, 2 classes", trained.Error, StringComparison.Ordinal);
        Assert.Contains("(semicolons, header, label in column 'kind', pixels 0..255, 2x2)", trained.Error, StringComparison.Ordinal);
        Assert.Equal(Path.Combine("runs", "00000-table-mlp"), trained.Output.Trim());
        Run("sample", In("runs", "00000-table-mlp"), "--labels", "odd", "--out", "odd.png");
    }

    [Theory]
    [InlineData("--size '0'", "--size", "0")]
    [InlineData("--size '65'", "--size", "65")]
    [InlineData("--size '8x8x3'", "--size", "8x8x3")]
    [InlineData("--csv-range '1'", "--csv-range", "1")]
    [InlineData("--csv-shape '5'", "--csv-shape", "5")]
    [InlineData("--csv-delimiter 'dot'", "--csv-delimiter", "dot")]
    [InlineData("--csv-header 'maybe'", "--csv-header", "maybe")]
    [InlineData("--csv-header", "--csv-header")]
    [InlineData("--size", "--size")]
    [InlineData("--csv-label ''", "--csv-label", "")]
    [InlineData("--csv-label first: data set 'digits' is no CSV file", "--csv-label", "first")]
    [InlineData("--data ''", "--data", "")]
    [InlineData("check --data", "--data", "none.csv")]
    public void BadOptionsAreNamedInOneLine(string named, params string[] arguments)
    {
        Cli.Run(_folder, ["train", "--dry-run", .. arguments]).AssertRefused(named);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void BadFilesAreNamedWithTheirLine()
    {
        File.WriteAllText(In("bad.csv"), "0,10,20,30,a\n0,10,x,30,b\n");
        Cli.Run(_folder, "train", "--data", "bad.csv", "--dry-run").AssertRefused("bad.csv: line 2, column 3 is 'x'");
        PutPictures();
        File.WriteAllText(In("pictures", "red ones", "1.png"), "no picture");
        Cli.Run(_folder, "train", "--data", "pictures", "--dry-run").AssertRefused(In("pictures", "red ones", "1.png"));
        Assert.Equal(64, ImageSize.MaxSide);
        File.WriteAllText(In("wide.csv"), string.Concat(Enumerable.Range(0, 4).Select(i => string.Join(',', Enumerable.Repeat("200", 66 * 66)) + $",c{i % 2}\n")));
        Cli.Run(_folder, "train", "--data", "wide.csv", "--dry-run").AssertRefused("images are 66x66, expected at most 64x64; convert them with --size 64");
        Assert.Equal(0, Cli.Run(_folder, "train", "--data", "wide.csv", "--size", "16", "--dry-run", "--batch-size", "2").ExitCode);
    }
}
