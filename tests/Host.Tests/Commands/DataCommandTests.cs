using System.Net;
using System.Text.Json.Nodes;
using GpuCgan.Host.Data;
using GpuCgan.Host.Tests.Data;
using GpuCgan.Host.Tests.Data.Fetching;

namespace GpuCgan.Host.Tests.Commands;

public sealed class DataCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpucgan-data-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(params string[] parts) => Path.Combine([_folder, .. parts]);

    /// <summary>Runs <c>data …</c> with a folder of the test's own, so that the user's cache does not matter where the data set is there.</summary>
    private Cli Data(params string[] arguments) => Cli.Run(_folder, ["data", .. arguments, "--data-dir", "d"]);

    private string Put(string set, string file, byte[] content)
    {
        Directory.CreateDirectory(In("d", set));
        File.WriteAllBytes(In("d", set, file), content);
        return In("d", set, file);
    }

    [Fact]
    public void TheListSaysWhatThereIsAndUnderWhichLicence()
    {
        Directory.CreateDirectory(In("d"));
        var text = Data("list");
        Assert.Equal((0, ""), (text.ExitCode, text.Error));
        foreach (string expected in (string[])["digits ", "CC BY 4.0", "mnist ", "fashion-mnist ", "MIT licence"])
            Assert.Contains(expected, text.Output, StringComparison.Ordinal);

        Put("mnist", "train-images-idx3-ubyte", IdxBytes.Images(1, 2, 2));
        Put("mnist", "train-labels-idx1-ubyte", IdxBytes.Labels(3));
        var json = JsonNode.Parse(Data("list", "--json").Output)!.AsArray();
        Assert.Equal(["digits", "mnist", "fashion-mnist"], json.Select(set => (string)set!["name"]!));
        Assert.True((bool)json[0]!["embedded"]!);
        var copy = json[1]!["copies"]![0]!;
        Assert.Equal((Path.Combine("d", "mnist"), 20 + 9), ((string)copy["folder"]!, (int)copy["bytes"]!));
        Assert.Equal("t10k-images-idx3-ubyte is missing", (string)copy["complaint"]!);
        Assert.Contains("  t10k-images-idx3-ubyte is missing", Data("list").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void VerifyReadsEveryFileAndEndsWithTheFirstFault()
    {
        Put("mnist", "train-images-idx3-ubyte", IdxBytes.Images(1, 2, 2));
        string torn = Put("mnist", "train-labels-idx1-ubyte.gz", IdxBytes.Gzip(IdxBytes.Labels(3))[..^5]);
        var result = Data("verify", "mnist");
        Assert.Equal(2, result.ExitCode);
        string[] lines = result.Output.Split('\n');
        Assert.StartsWith("mnist: " + Path.Combine("d", "mnist"), lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("  WRONG    train-images-idx3-ubyte: by its SHA-256 it is another file, expected mnist's", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith($"  WRONG    {Path.GetFileName(torn)}: gzip ", StringComparison.Ordinal));
        Assert.Contains("  MISSING  t10k-labels-idx1-ubyte.gz", lines);
        Assert.StartsWith($"error: {Path.Combine("d", "mnist", "train-images-idx3-ubyte")}: by its SHA-256", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.Error.Count(c => c == '\n'));

        var digits = Data("verify", "digits");
        Assert.Equal((0, "digits: embedded in the program, right\n"), (digits.ExitCode, digits.Output.ReplaceLineEndings("\n")));
    }

    [Fact]
    public void FetchRefusesToTouchAFileOfTheSameName()
    {
        string own = Put("mnist", "t10k-labels-idx1-ubyte", [1, 2, 3]);
        using LoopbackMirror mirror = new(exchange => exchange.Send([], HttpStatusCode.NotFound));
        Data("fetch", "mnist", "--mirror", mirror.Address.AbsoluteUri)
            .AssertRefused(Path.Combine("d", "mnist", "t10k-labels-idx1-ubyte"), "by its SHA-256 it is another file", "move the file away");
        Assert.Equal([1, 2, 3], File.ReadAllBytes(own));
        Assert.Empty(mirror.Requests);
    }

    [Fact]
    public void FetchAsksTheGivenMirrorsInTheirOrderAndSaysWhatTheyDid()
    {
        using LoopbackMirror missing = new(exchange => exchange.Send([], HttpStatusCode.NotFound));
        using LoopbackMirror lying = new(exchange => exchange.Send([1, 2, 3]));
        var result = Data("fetch", "fashion-mnist", "--mirror", missing.Address.AbsoluteUri, "--mirror", lying.Address.AbsoluteUri.TrimEnd('/'), "--timeout", "5m");
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Equal(["/files/train-images-idx3-ubyte.gz"], missing.Requests.Select(request => request.Path));
        Assert.Equal(["/files/train-images-idx3-ubyte.gz"], lying.Requests.Select(request => request.Path));
        string[] lines = result.Error.TrimEnd().Split('\n');
        Assert.StartsWith("train-images-idx3-ubyte.gz  26.4 MB from localhost", lines[0], StringComparison.Ordinal);
        Assert.Contains("answered 404", lines[1], StringComparison.Ordinal);
        Assert.StartsWith($"error: {Path.Combine("d", "fashion-mnist", "train-images-idx3-ubyte.gz")}: no mirror delivered the file: localhost answered 404; localhost has a file of 3 bytes, expected 26421880", lines[^1], StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(In("d", "fashion-mnist")));
    }

    [Fact]
    public void DigitsNeedNoFetching()
    {
        var result = Data("fetch", "digits");
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.Contains("nothing to fetch", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'letters'", "fetch", "letters")]
    [InlineData("'letters'", "verify", "letters")]
    [InlineData("--mirror 'ftp://a/'", "fetch", "mnist", "--mirror", "ftp://a/")]
    [InlineData("--mirror 'mnist'", "fetch", "mnist", "--mirror", "mnist")]
    [InlineData("--mirror 'http://a/?x=1'", "fetch", "mnist", "--mirror", "http://a/?x=1")]
    [InlineData("--timeout '0s'", "fetch", "mnist", "--timeout", "0s")]
    [InlineData("'gpucgan data fetch --help'", "fetch", "mnist", "--mirrors", "x")]
    [InlineData("NAME", "fetch")]
    [InlineData("--data-dir: there is no folder 'd'", "list")]
    [InlineData("--data-dir: there is no folder 'd'", "verify")]
    public void BadInputIsNamedInOneLine(string named, params string[] arguments)
    {
        Data(arguments).AssertRefused(named);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void FetchIsWhatAnAbsentSetAsksFor()
    {
        Directory.CreateDirectory(In("d"));
        Assert.NotNull(DataSets.Find("fashion-mnist"));
        var result = Cli.RunWith(_folder, ("XDG_CACHE_HOME", In("cache")), "train", "--data", "fashion-mnist", "--data-dir", "d");
        result.AssertRefused("gpucgan data fetch fashion-mnist", In("cache"));
    }
}
