using System.CommandLine;
using GpuCgan.Host.Data;

namespace GpuCgan.Host.Commands;

/// <summary><c>data verify</c>: reads every file of the data sets that are here and compares length and SHA-256 with the published ones.</summary>
internal static class DataVerifyCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("NAME") { Description = "A data set. Default: all that are here.", DefaultValueFactory = _ => null };
        var directory = DataCommand.Directory();
        var command = new Command("verify", "Compare the files of data sets with the published ones, by length and SHA-256.") { name, directory };
        command.SetAction(parsed =>
        {
            string? asked = parsed.GetValue(name);
            IReadOnlyList<KnownDataSet> sets = asked is null ? DataSets.Known : [DataCommand.Find(asked)];
            var folders = DataFolders.FromEnvironment(parsed.GetValue(directory));
            folders.CheckGiven();
            // All are checked before the first fault ends the command.
            var faults = sets.SelectMany(set => Verify(set, folders, isAsked: asked is not null)).ToList();
            return faults.Count == 0 ? ExitCode.Done : throw new InvalidDataException(faults[0]);
        });
        return command;
    }

    /// <summary>Prints a line a file, and gives back what is wrong.</summary>
    private static IEnumerable<string> Verify(KnownDataSet set, DataFolders folders, bool isAsked)
    {
        if (set.Embedded is { } load)
        {
            load();
            Console.Out.WriteLine($"{set.Name}: embedded in the program, right");
            yield break;
        }

        var places = folders.PlacesFor(set.Name).Where(IdxFolder.HasImages).ToList();
        if (places.Count == 0)
        {
            Console.Out.WriteLine($"{set.Name}: not here");
            if (isAsked)
                yield return $"data set '{set.Name}' is in none of: {string.Join(", ", folders.PlacesFor(set.Name))}; get it with 'gpucgan data fetch {set.Name}'.";
        }

        foreach (string place in places)
        {
            Console.Out.WriteLine($"{set.Name}: {place}");
            foreach (var file in set.Files)
            {
                var check = FileCheck.Of(set, file, place, DataSets.Known);
                string state = check.State switch { FileState.Right => "right", FileState.Missing => "MISSING", _ => "WRONG" };
                Console.Out.WriteLine($"  {state,-7}  {Path.GetFileName(check.Path)}{(check.State == FileState.Wrong ? $": {check.Detail}" : "")}");
                if (check.State != FileState.Right)
                    yield return check.ToString();
            }
        }
    }
}
