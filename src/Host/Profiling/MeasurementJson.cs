using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuCgan.Host.Profiling;

/// <summary>Profiles and benchmarks as JSON, names in snake case, times in seconds: docs/performance.md has their fields.</summary>
internal static class MeasurementJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        // The shapes' multiplication signs are for people too.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>The bytes, with a line's end behind them.</summary>
    public static byte[] Of<T>(T measurement) => [.. JsonSerializer.SerializeToUtf8Bytes(measurement, Options), (byte)'\n'];
}
