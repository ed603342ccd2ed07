using System.Text.Encodings.Web;
using System.Text.Json;
using GpuCgan.Kernels.Profiling;

namespace GpuCgan.Host.Profiling;

/// <summary>
/// Profiled steps in Chrome's trace format ("Trace Event Format", Google 2016), for chrome://tracing and Perfetto: one track with the steps and one with the device's launches,
/// each a complete event (<c>ph: X</c>) with its time and length in microseconds.
/// </summary>
internal static class ChromeTrace
{
    private const int StepTrack = 1;
    private const int DeviceTrack = 2;

    public static void Write(Stream output, string device, IReadOnlyList<StepRecord> steps)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        Name(json, "process_name", 0, "gpucgan profile");
        Name(json, "thread_name", StepTrack, "steps");
        Name(json, "thread_name", DeviceTrack, device);
        for (int i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            Begin(json, $"step {i + 1}", StepTrack, step.Start, step.Seconds);
            json.WriteEndObject();
            foreach (var launch in step.Launches)
            {
                Begin(json, launch.Kernel, DeviceTrack, step.Start + launch.Start, launch.Seconds);
                json.WriteString("cat", "launch");
                json.WriteStartObject("args");
                json.WriteString("shape", launch.Shape);
                json.WriteNumber("flops", launch.Flops);
                json.WriteNumber("bytes", launch.Bytes);
                json.WriteEndObject();
                json.WriteEndObject();
            }
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Name(Utf8JsonWriter json, string what, int track, string name)
    {
        json.WriteStartObject();
        json.WriteString("ph", "M");
        json.WriteString("name", what);
        json.WriteNumber("pid", 1);
        json.WriteNumber("tid", track);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, string name, int track, double start, double seconds)
    {
        json.WriteStartObject();
        json.WriteString("ph", "X");
        json.WriteString("name", name);
        json.WriteNumber("pid", 1);
        json.WriteNumber("tid", track);
        // Nanoseconds are what the clocks give; more digits are none.
        json.WriteNumber("ts", Math.Round(start * 1e6, 3));
        json.WriteNumber("dur", Math.Round(seconds * 1e6, 3));
    }
}
