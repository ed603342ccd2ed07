using System.CommandLine;
using System.Text.Json;
using GpuCgan.Host.Data;
using GpuCgan.Host.Output;

namespace GpuCgan.Host.Commands;

/// <summary><c>data list</c>: every well-known data set, its licence, and where its files lie.</summary>
internal static class DataListCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var directory = DataCommand.Directory();
        var command = new Command("list", "List the well-known data sets, where they lie and under which licence.") { directory, json };
        command.SetAction(parsed =>
        {
            var folders = DataFolders.FromEnvironment(parsed.GetValue(directory));
            folders.CheckGiven();
            var entries = DataSets.Known.Select(set => (Set: set, Copies: DataSetCopy.FindAll(set, folders, DataSets.Known))).ToList();
            if (parsed.GetValue(json))
                WriteJson(entries, Console.OpenStandardOutput());
            else
                WriteText(entries, Console.Out);
            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteText(IEnumerable<(KnownDataSet Set, IReadOnlyList<DataSetCopy> Copies)> entries, TextWriter output)
    {
        int width = DataSets.Known.Max(set => set.Name.Length);
        string indent = new(' ', width + 2);
        foreach (var (set, copies) in entries)
        {
            output.WriteLine($"{set.Name.PadRight(width)}  {set.Description}");
            output.WriteLine($"{indent}{set.Licence}");
            if (set.Files.Count > 0 && copies.Count == 0)
                output.WriteLine($"{indent}not here; get it with: gpucgan data fetch {set.Name}");
            foreach (var copy in copies)
            {
                output.WriteLine($"{indent}in {copy.Folder} ({ByteText.Of(copy.Bytes)})");
                if (copy.Complaint is not null)
                    output.WriteLine($"{indent}  {copy.Complaint}");
            }
        }
    }

    private static void WriteJson(IEnumerable<(KnownDataSet Set, IReadOnlyList<DataSetCopy> Copies)> entries, Stream output)
    {
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        writer.WriteStartArray();
        foreach (var (set, copies) in entries)
        {
            writer.WriteStartObject();
            writer.WriteString("name", set.Name);
            writer.WriteString("description", set.Description);
            writer.WriteString("licence", set.Licence);
            writer.WriteBoolean("embedded", set.Files.Count == 0);
            writer.WriteStartArray("copies");
            foreach (var copy in copies)
            {
                writer.WriteStartObject();
                writer.WriteString("folder", copy.Folder);
                writer.WriteNumber("bytes", copy.Bytes);
                writer.WriteString("complaint", copy.Complaint);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.Flush();
        output.WriteByte((byte)'\n');
    }
}
