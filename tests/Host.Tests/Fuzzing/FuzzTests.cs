using GpuCgan.Fuzz;
using GpuCgan.Host.Tests.Data;

namespace GpuCgan.Host.Tests.Fuzzing;

/// <summary>The bounded part of the fuzzer (tests/Fuzz): any bytes are read, or refused in one line that names the file, within the reader's memory.</summary>
public sealed class FuzzTests : IDisposable
{
    /// <summary>A reader; with fourteen of them 23,800 in all.</summary>
    private const int Cases = 1700;

    private const int Seed = 20261125;

    private readonly FuzzTargets targets = new();

    public void Dispose() => targets.Dispose();

    [Fact]
    public void DamagedFilesAreReadOrRefused()
    {
        List<FuzzReport> reports = [.. targets.All.Select(target => Fuzzer.Run(target, Cases, Seed))];
        Assert.Empty(reports.SelectMany(report => report.Failures));
        Assert.True(reports.Sum(report => report.Cases) >= 20_000);
        // A fuzzer whose every file is refused at the door, or none, tests nothing behind it.
        Assert.All(reports, report => Assert.True(report.Accepted > 0 && report.Accepted < report.Cases, $"{report.Target}: {report.Accepted} of {report.Cases} were read."));
    }

    [Fact]
    public void EveryTruncationIsReadOrRefused()
    {
        string[] wholeOrNothing = ["safetensors", "gan-header", "gan-checkpoint", "classifier", "idx", "idx-labels", "gzip"];
        using TemporaryFolder folder = new();
        foreach (FuzzTarget target in targets.All)
        {
            string path = Path.Combine(folder.FullPath, target.FileName);
            foreach (byte[] whole in target.Seeds)
            {
                // Once whole, so that what is allocated once is no length's.
                Fuzzer.Check(target, path, whole, out Fuzzer.Reading all);
                Assert.True(all.IsAccepted, $"{target.Name}: a sound file was refused.");
                // Every length of a small file; of a checkpoint's tensors, which are read alike, some.
                for (int length = 0; length < whole.Length; length += length < 4096 ? 1 : 997)
                {
                    string? failure = Fuzzer.Check(target, path, whole[..length], out Fuzzer.Reading reading);
                    Assert.True(failure is null, $"{target.Name}, {length} of {whole.Length} bytes: {failure}");
                    Assert.False(reading.IsAccepted && wholeOrNothing.Contains(target.Name), $"{target.Name}: {length} of {whole.Length} bytes were taken for all.");
                }
            }

            File.Delete(path);
        }
    }

    [Fact]
    public void EqualSeedsMakeEqualFiles()
    {
        FuzzTarget target = targets.All[0];
        Assert.Equal(Fuzzer.Make(target, 3, 14), Fuzzer.Make(target, 3, 14));
        Assert.NotEqual(Fuzzer.Make(target, 3, 14), Fuzzer.Make(target, 4, 14));
    }
}
