using System.Text.Json.Nodes;
using GpuCgan.Host.Profiling;
using GpuCgan.Kernels.Profiling;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Tests.Profiling;

/// <summary>The arithmetic and the text of a profile, on launches whose times are made up.</summary>
public class StepProfileTests
{
    /// <summary>100 GFLOP/s, 10 GB/s, 2 µs a launch.</summary>
    private static readonly DeviceCeilings Ceilings = new(100e9, 1024, 10e9, 64_000_000, 2e-6);

    /// <summary>Three steps of 100, 120 and 110 µs: two products of one shape, one of another, an optimiser.</summary>
    private static readonly StepRecord[] Steps =
    [
        Step(0.5, 100e-6, 20e-6, 22e-6, 10e-6, 40e-6),
        Step(0.6, 120e-6, 26e-6, 24e-6, 12e-6, 44e-6),
        Step(0.7, 110e-6, 22e-6, 24e-6, 11e-6, 42e-6),
    ];

    private static StepRecord Step(double start, double seconds, double a, double b, double c, double d) => new(start, seconds,
    [
        new LaunchRecord("Gemm.Forward", "64×512×1024", 1_000_000, 50_000, 1e-6, a),
        new LaunchRecord("Gemm.Forward", "64×512×1024", 1_000_000, 50_000, 30e-6, b),
        new LaunchRecord("Gemm.InputGradient", "8×8×8", 100_000, 1_000, 55e-6, c),
        new LaunchRecord("Adam", "1000", 0, 300_000, 66e-6, d),
    ], Starts: 5, Unannounced: 0);

    [Fact]
    public void GroupsHoldTheLaunchesOfTheirShape()
    {
        var groups = KernelGroup.Of(Steps, Grouping.Shape, Ceilings);
        Assert.Equal([("Gemm.Forward", "64×512×1024"), ("Adam", "1000"), ("Gemm.InputGradient", "8×8×8")], groups.Select(g => (g.Kernel, g.Shape!)));
        var g = groups[0];
        Assert.Equal(2, g.Launches);
        // Of the sums 42, 50 and 46; of the launches 20, 22, 22, 24, 24, 26.
        Assert.Equal(46e-6, g.Seconds, 12);
        Assert.Equal(23e-6, g.MedianSeconds, 12);
        Assert.Equal(46 / 110.0, g.Share, 9);
        Assert.Equal(2e6, g.Flops);
        Assert.Equal(1e5, g.Bytes);
        Assert.Equal(2e6 / 46e-6, g.FlopsPerSecond, 0);
        Assert.Equal(2e6 / 46e-6 / 100e9, g.ShareOfFlops, 9);
        Assert.Equal(1e5 / 46e-6 / 10e9, g.ShareOfBytes, 9);
    }

    [Theory]
    [InlineData("Kernel", "Gemm.Forward Adam Gemm.InputGradient"), InlineData("Operator", "Gemm Adam")]
    public void CoarserGroupsHaveNoShape(string grouping, string names)
    {
        var groups = KernelGroup.Of(Steps, Enum.Parse<Grouping>(grouping), Ceilings);
        Assert.Equal(names, string.Join(' ', groups.Select(g => g.Kernel)));
        Assert.All(groups, g => Assert.Null(g.Shape));
        Assert.Equal(4, groups.Sum(g => g.Launches));
        Assert.Equal(2_100_000, groups.Sum(g => g.Flops));
    }

    [Fact]
    public void TheFloorIsTheLargestOfThree()
    {
        var floor = StepFloor.Of(Steps, Ceilings);
        Assert.Equal(21e-6, floor.ArithmeticSeconds, 12);
        Assert.Equal(40.1e-6, floor.BytesSeconds, 12);
        Assert.Equal(10e-6, floor.LaunchesSeconds, 12);
        Assert.Equal(40.1e-6, floor.Seconds, 12);
        Assert.Equal(21e-6, (floor with { BytesSeconds = 1e-6 }).Seconds, 12);
        Assert.Equal(10e-6, (floor with { BytesSeconds = 1e-6, ArithmeticSeconds = 1e-6 }).Seconds, 12);
    }

    private static StepProfile Profile(IReadOnlyList<KernelGroup>? kernels = null) => new()
    {
        Format = StepProfile.CurrentFormat,
        Version = "1.2.3",
        Backend = "ILGPU",
        Device = "cuda:0",
        DeviceName = "A device",
        Data = "random",
        Image = [28, 28, 1],
        Classes = 10,
        BatchSize = 64,
        Steps = 3,
        Ceilings = Ceilings,
        StepSeconds = new Spread(105e-6, 100e-6, 119.5e-6),
        ProfiledStepSeconds = new Spread(110e-6, 102e-6, 118e-6),
        Floor = StepFloor.Of(Steps, Ceilings),
        KernelSeconds = 100e-6,
        Unannounced = 0,
        Kernels = kernels ?? KernelGroup.Of(Steps, Grouping.Shape, Ceilings),
        Recipe = RecipeFile.ToJson(new Recipe { Name = "mlp" }),
    };

    [Fact]
    public void TheTableSaysWhatWasMeasured()
    {
        string[] lines = [.. ProfileText.Of(Profile())];
        Assert.Equal(
        [
            "kernel                    n  total  median     %  GF/s   %  GB/s   %",
            "Gemm.Forward 64×512×1024  2   46.0    23.0  41.8    43  43   2.2  22",
            "Adam 1000                 1   42.0    42.0  38.2     -   -   7.1  71",
            "Gemm.InputGradient 8×8×8  1   11.0    11.0  10.0   9.1   9   0.1   1",
            "between the kernels           10.0           9.1",
        ], lines.SkipWhile(line => !line.StartsWith("kernel", StringComparison.Ordinal)).Take(5));
        Assert.Contains("ceilings  product 1024³ 100 GFLOP/s, copy of 64.0 MB 10 GB/s,", lines);
        Assert.Contains("          launches   0.01 ms: 5 of them, each as one that does nothing", lines);
        Assert.Contains("gap       0.06 ms from the largest floor, 61.8 % of the step", lines);
        Assert.DoesNotContain(lines, line => line.Contains("forgets", StringComparison.Ordinal));
        Assert.Contains(ProfileText.Of(Profile() with { Unannounced = 2 }), line => line.Contains("2 jobs a step", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1e-6), InlineData(3e-3), InlineData(7.7), InlineData(1234)]
    public void TheTableFits80Columns(double scale)
    {
        StepRecord[] steps = [.. Steps.Select(step => step with
        {
            Seconds = step.Seconds / 1e-4 * scale,
            Launches = [.. step.Launches.Select(l => l with { Kernel = l.Kernel + ".OfAnOperatorWithALongName", Seconds = l.Seconds / 1e-4 * scale })],
        })];
        var profile = Profile(KernelGroup.Of(steps, Grouping.Shape, Ceilings)) with { StepSeconds = new Spread(scale, scale, scale), ProfiledStepSeconds = new Spread(scale, scale, scale) };
        Assert.All(ProfileText.Of(profile), line => Assert.True(line.Length <= 80, $"{line.Length} characters: {line}"));
    }

    [Fact]
    public void TheJsonHasTheNumbersInSeconds()
    {
        var json = JsonNode.Parse(MeasurementJson.Of(Profile()))!;
        Assert.Equal("gpucgan-profile-1", (string?)json["format"]);
        Assert.Equal(105e-6, (double?)json["step_seconds"]!["median"]);
        Assert.Equal(2e-6, (double?)json["ceilings"]!["launch_seconds"]);
        Assert.Equal(5, (double?)json["floor"]!["starts"]);
        Assert.Equal("mlp", (string?)json["recipe"]!["name"]);
        var kernel = json["kernels"]![0]!;
        Assert.Equal("Gemm.Forward", (string?)kernel["kernel"]);
        Assert.Equal("64×512×1024", (string?)kernel["shape"]);
        Assert.Equal(46e-6, (double?)kernel["seconds"] ?? 0, 12);
        Assert.Equal(2e6, (double?)kernel["flops"]);
    }

    [Fact]
    public void TheTraceHasATrackOfStepsAndATrackOfLaunches()
    {
        using var stream = new MemoryStream();
        ChromeTrace.Write(stream, "cuda:0: A device", Steps);
        var events = JsonNode.Parse(stream.ToArray())!["traceEvents"]!.AsArray();
        var tracks = events.Where(e => (string?)e!["name"] == "thread_name").ToDictionary(e => (string)e!["args"]!["name"]!, e => (int)e!["tid"]!);
        Assert.Equal(["cuda:0: A device", "steps"], tracks.Keys.Order());
        JsonNode[] steps = [.. events.Where(e => (string?)e!["ph"] == "X" && (int)e["tid"]! == tracks["steps"]).Select(e => e!)];
        JsonNode[] launches = [.. events.Where(e => (string?)e!["ph"] == "X" && (int)e["tid"]! == tracks["cuda:0: A device"]).Select(e => e!)];
        Assert.Equal([(500_000.0, 100.0), (600_000.0, 120.0), (700_000.0, 110.0)], steps.Select(e => ((double)e["ts"]!, (double)e["dur"]!)));
        Assert.Equal(12, launches.Length);
        Assert.Equal((600_030.0, 24.0, "64×512×1024"), ((double)launches[5]["ts"]!, (double)launches[5]["dur"]!, (string?)launches[5]["args"]!["shape"]));
        Assert.Equal(1_000_000, (long?)launches[5]["args"]!["flops"]);
    }
}
