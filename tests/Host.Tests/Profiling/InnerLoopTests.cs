using System.Diagnostics;
using GpuCgan.Host.Tests.Commands;

namespace GpuCgan.Host.Tests.Profiling;

/// <summary>
/// The loops that do a step's arithmetic on <c>cpu</c> keep their sums in registers. The runtime's compiler gives none to a value that lives across a call, and then a product takes four times as long with the same bits, which no other test sees.
/// </summary>
public sealed class InnerLoopTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpucgan-loops-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <param name="recipe">Linear layers, or convolutions.</param>
    /// <param name="loops">At least so many loops with four multiply-adds or more, of the products' three kinds, or the convolutions'.</param>
    /// <param name="without">A variable that takes wider registers from the runtime.</param>
    [FmaTheory]
    [InlineData("mlp", 3, null), InlineData("mlp", 3, "DOTNET_EnableAVX512")]
    [InlineData("dcgan-conditional", 5, null), InlineData("dcgan-conditional", 5, "DOTNET_EnableAVX512")]
    public void SumsStayInRegisters(string recipe, int loops, string? without)
    {
        string[] arguments = ["bench", "--device", "cpu", "--recipe", recipe, "--batch-size", "8", "--steps", "1", "--warm-up", "1"];
        var start = Cli.Prepare(_folder, arguments);
        string listing = Path.Combine(_folder, "listing.txt");
        // Straight to the last stage of optimisation, which steps reach after a while.
        foreach (var (name, value) in (Span<(string, string)>)[("DOTNET_TieredCompilation", "0"), ("DOTNET_JitDisasm", "Sum Add Run"), ("DOTNET_JitStdOutFile", listing)])
            start.Environment[name] = value;
        if (without is not null)
            start.Environment[without] = "0";
        var run = Cli.Finish(Process.Start(start)!, arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.ExitCode == 0 ? "" : run.Error));

        var sums = JitListing.InnermostLoops(File.ReadAllText(listing)).Where(loop => loop.FusedMultiplyAdds >= 4).ToList();
        Assert.True(sums.Count >= loops, $"Only {sums.Count} loops with multiply-adds: {string.Join("; ", sums)}");
        Assert.All(sums, loop => Assert.True(loop is { OnTheStack: 0, Calls: 0 }, $"{loop}"));
    }
}
