using System.Text.Json.Nodes;

namespace GpuCgan.Host.Profiling;

/// <summary>Whole-step times over batch sizes and numbers of threads: what <c>bench</c> prints, as a table or as JSON.</summary>
internal sealed record BenchResult
{
    public const string CurrentFormat = "gpucgan-bench-1";

    public required string Format { get; init; }
    public required string Version { get; init; }
    public required string Backend { get; init; }
    public required string Device { get; init; }
    public required string DeviceName { get; init; }
    public required string Precision { get; init; }
    public required string Data { get; init; }
    public required int[] Image { get; init; }
    public required int Classes { get; init; }
    public required IReadOnlyList<BenchCase> Cases { get; init; }
    public required JsonObject Recipe { get; init; }
}

/// <summary>One batch size on one number of threads.</summary>
/// <param name="BatchSize">Images a batch.</param>
/// <param name="Threads">Of the cpu device; 0 elsewhere.</param>
/// <param name="Steps">That were timed.</param>
/// <param name="StepSeconds">Of one, the wait for the device included; on a GPU the mean of twenty in a row with one wait.</param>
/// <param name="ImagesPerSecond">The batch over the median step.</param>
/// <param name="SpeedUp">Over the first number of threads, at this batch size: strong scaling.</param>
/// <param name="AllocatedBytes">Managed memory a step, on all threads.</param>
/// <param name="Replayed">Whether steps were recorded once and replayed, rather than launched kernel by kernel.</param>
internal sealed record BenchCase(int BatchSize, int Threads, int Steps, Spread StepSeconds, double ImagesPerSecond, double SpeedUp, double AllocatedBytes, bool Replayed);
