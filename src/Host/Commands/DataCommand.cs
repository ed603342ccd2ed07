using System.CommandLine;
using GpuCgan.Host.Data;

namespace GpuCgan.Host.Commands;

/// <summary><c>data</c>: what data sets there are, where they lie, whether they are right, and where to get them.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "List, fetch and verify the well-known data sets.")
    {
        DataListCommand.Create(),
        DataFetchCommand.Create(),
        DataVerifyCommand.Create(),
    };

    /// <summary>Where the command looks; every one of them has an option of its own.</summary>
    public static Option<string?> Directory() => new("--data-dir")
    {
        Description = "Where data files lie. Default: $GPUCGAN_DATA, else the user's cache.",
        HelpName = "DIR",
    };

    /// <exception cref="UsageException">There is no such data set.</exception>
    public static KnownDataSet Find(string name) => DataSets.Find(name)
        ?? throw new UsageException($"'{name}': no such data set; there are {string.Join(", ", DataSets.Known.Select(set => set.Name))}.");
}
