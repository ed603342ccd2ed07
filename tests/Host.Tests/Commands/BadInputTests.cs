using GpuCgan.Host.Data;

namespace GpuCgan.Host.Tests.Commands;

/// <summary>Whatever a user gets wrong is one line that names it, and exit code 2.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpucgan-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("'trian'", "trian")]
    [InlineData("command", "")]
    [InlineData("'--epocs'", "train", "--epocs", "3")]
    [InlineData("--epochs '0'", "train", "--epochs", "0")]
    [InlineData("--epochs '-3'", "train", "--epochs", "-3")]
    [InlineData("--epochs 'many'", "train", "--epochs", "many")]
    [InlineData("--epochs", "train", "--epochs")]
    [InlineData("--steps '1.5'", "train", "--steps", "1.5")]
    [InlineData("--steps and --epochs", "train", "--steps", "5", "--epochs", "5")]
    [InlineData("--batch-size '0'", "train", "--batch-size", "0")]
    [InlineData("batch_size", "train", "--batch-size", "1")]
    [InlineData("--batch-size 1439", "train", "--batch-size", "1439")]
    [InlineData("--lr 'fast'", "train", "--lr", "fast")]
    [InlineData("--lr '0'", "train", "--lr", "0")]
    [InlineData("--seed '-1'", "train", "--seed", "-1")]
    [InlineData("--max-time '5'", "train", "--max-time", "5")]
    [InlineData("--max-time '-5s'", "train", "--max-time", "-5s")]
    [InlineData("recipe 'mlpp'", "train", "--recipe", "mlpp")]
    [InlineData("'letters'", "train", "--data", "letters")]
    [InlineData("nowhere", "train", "--data", "mnist", "--data-dir", "nowhere")]
    [InlineData("--device 'gpu'", "train", "--device", "gpu")]
    [InlineData("--device 'cuda:x'", "train", "--device", "cuda:x")]
    [InlineData("cuda", "train", "--device", "cuda:99")]
    [InlineData("--threads '0'", "train", "--threads", "0")]
    [InlineData("--threads 2", "train", "--threads", "2", "--device", "cpu-ilgpu")]
    [InlineData("nowhere", "train", "--resume", "nowhere")]
    [InlineData("nowhere", "sample", "nowhere")]
    [InlineData("'RUN'", "sample")]
    [InlineData("--format 'gif'", "sample", "nowhere", "--format", "gif")]
    [InlineData("'--jsn'", "devices", "--jsn")]
    public void IsNamedInOneLine(string named, params string[] arguments)
    {
        var result = Cli.Run(_folder, arguments is [""] ? [] : arguments);
        result.AssertRefused(named);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void AnOutputFolderThatCannotBeWrittenIsNamed()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "");
        Cli.Run(_folder, "train", "--steps", "1", "--out", "file").AssertRefused("file", "--out");
    }

    [Fact]
    public void ARecipeFileIsCheckedFieldByField()
    {
        File.WriteAllText(Path.Combine(_folder, "r.json"), """{ "latent": 0 }""");
        Cli.Run(_folder, "train", "--recipe", "r.json").AssertRefused("r.json", "latent");
        File.WriteAllText(Path.Combine(_folder, "r.json"), """{ "latnet": 5 }""");
        Cli.Run(_folder, "train", "--recipe", "r.json").AssertRefused("r.json", "latnet");
        File.WriteAllText(Path.Combine(_folder, "r.json"), "{");
        Cli.Run(_folder, "train", "--recipe", "r.json").AssertRefused("r.json", "JSON");
    }

    [Fact]
    public void DamagedIdxFilesAreNamed()
    {
        string images = Path.Combine(_folder, "train-images-idx3-ubyte"), labels = Path.Combine(_folder, "train-labels-idx1-ubyte");
        var pixels = new byte[100 * 16];
        IdxFile.WriteImages(images, pixels, 100, 4, 4);
        IdxFile.WriteLabels(labels, Enumerable.Range(0, 100).Select(i => (byte)(i % 3)).ToArray());
        byte[] goodImages = File.ReadAllBytes(images), goodLabels = File.ReadAllBytes(labels);
        string[] train = ["train", "--data", _folder, "--steps", "1", "--batch-size", "4", "--dry-run"];
        Assert.Equal(0, Cli.Run(_folder, train).ExitCode);

        File.WriteAllBytes(images, goodImages[..^1]);
        Cli.Run(_folder, train).AssertRefused("train-images-idx3-ubyte");
        File.WriteAllBytes(images, [.. goodImages, 0]);
        Cli.Run(_folder, train).AssertRefused("train-images-idx3-ubyte");
        File.WriteAllBytes(images, [0, 0, 8, 4, .. goodImages[4..]]);
        Cli.Run(_folder, train).AssertRefused("train-images-idx3-ubyte", "magic");
        File.WriteAllBytes(images, goodImages);
        File.WriteAllBytes(labels, [.. goodLabels[..4], 0, 0, 0, 99, .. goodLabels[8..^1]]);
        Cli.Run(_folder, train).AssertRefused("99", "100");
        File.Delete(labels);
        Cli.Run(_folder, train).AssertRefused("labels");
    }
}
