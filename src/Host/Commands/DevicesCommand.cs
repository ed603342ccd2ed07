using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using GpuCgan.Kernels.Devices;

namespace GpuCgan.Host.Commands;

/// <summary><c>devices</c>: every device found, what each can do, which one <c>auto</c> takes and why, and what was looked for and not found.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("devices", "List the devices, what each can do, and which one 'auto' takes.") { json };
        command.SetAction(parsed =>
        {
            var catalog = DeviceCatalog.Read();
            if (parsed.GetValue(json))
                WriteJson(catalog, Console.OpenStandardOutput());
            else
                WriteText(catalog, Console.Out);
            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteText(DeviceCatalog catalog, TextWriter output)
    {
        output.WriteLine($"backend: {DeviceCatalog.Backend}");
        output.WriteLine();
        int idWidth = catalog.Devices.Max(d => d.Id.Length);
        foreach (var d in catalog.Devices)
        {
            string mark = d.Id == catalog.Best.Id ? "*" : " ";
            output.WriteLine($"{mark} {d.Id.PadRight(idWidth)}  {d.Name}");
            string indent = new(' ', idWidth + 4);
            string units = d.Kind == DeviceKind.Cpu ? $"{d.Multiprocessors} cores" : $"{d.Multiprocessors} multiprocessor{(d.Multiprocessors == 1 ? "" : "s")}";
            string groups = d.GroupSize == 0 ? "" : $", groups of up to {d.GroupSize}";
            string shared = d.SharedBytes == 0 ? "" : $", {d.SharedBytes / 1024} KiB shared memory";
            output.WriteLine($"{indent}{units}, {Gibibytes(d.MemoryBytes)}{groups}{shared}; {d.Details}");
        }
        output.WriteLine();
        output.WriteLine($"auto takes {catalog.Best.Id}: {catalog.Reason}.");
        foreach (string missing in catalog.Missing)
            output.WriteLine($"not found: {missing}");
    }

    private static string Gibibytes(long bytes) => $"{(bytes / (double)(1L << 30)).ToString("0.0", CultureInfo.InvariantCulture)} GiB";

    private static void WriteJson(DeviceCatalog catalog, Stream output)
    {
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("backend", DeviceCatalog.Backend);
        writer.WriteString("auto", catalog.Best.Id);
        writer.WriteString("reason", catalog.Reason);
        writer.WriteStartArray("devices");
        foreach (var d in catalog.Devices)
        {
            writer.WriteStartObject();
            writer.WriteString("id", d.Id);
            writer.WriteString("name", d.Name);
            writer.WriteBoolean("gpu", d.IsGpu);
            writer.WriteNumber("multiprocessors", d.Multiprocessors);
            writer.WriteNumber("memory_bytes", d.MemoryBytes);
            writer.WriteNumber("group_size", d.GroupSize);
            writer.WriteNumber("shared_bytes", d.SharedBytes);
            writer.WriteString("details", d.Details);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("not_found");
        foreach (string missing in catalog.Missing)
            writer.WriteStringValue(missing);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        output.WriteByte((byte)'\n');
    }
}
