using System.CommandLine;
using GpuCgan.Host.Data;
using GpuCgan.Host.Data.Fetching;
using GpuCgan.Host.Output;

namespace GpuCgan.Host.Commands;

/// <summary><c>data fetch NAME</c>: downloads a well-known data set and checks every byte.</summary>
internal static class DataFetchCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "A data set." };
        var directory = DataCommand.Directory();
        var mirror = new Option<string[]>("--mirror") { Description = "Where to get the files instead of the public mirrors: the address of a folder with them. May be given several times.", HelpName = "URL" };
        var stall = CommonOptions.Time("--timeout", "Give a connection up that brings nothing for so long. Default: 30s.");
        var command = new Command("fetch", "Download a data set from its public mirrors and check it.") { name, directory, mirror, stall };
        command.SetAction(async (parsed, _) =>
        {
            var set = DataCommand.Find(parsed.GetValue(name)!);
            if (set.Files.Count == 0)
            {
                Messages.Line($"{set.Name} is embedded in the program: nothing to fetch.");
                return ExitCode.Done;
            }

            Uri[] mirrors = [.. (parsed.GetValue(mirror) ?? []).Select(ToMirror)];
            string folder = DataFolders.FromEnvironment(parsed.GetValue(directory)).DownloadFolderFor(set.Name);
            var policy = DownloadPolicy.Default with { Stall = parsed.GetValue(stall) ?? DownloadPolicy.Default.Stall };
            int downloaded;
            using (IDownloadDisplay progress = Messages.IsTerminal ? new TerminalDownload() : new PlainDownload())
                downloaded = await new DataFetch(policy, progress, DataSets.Known).Run(set, folder, mirrors.Length > 0 ? mirrors : set.Mirrors);
            Messages.Line(downloaded == 0
                ? $"{set.Name} is here already, and right."
                : $"{set.Name} is here: length and SHA-256 of {downloaded} file{(downloaded == 1 ? "" : "s")} are right.");
            Messages.Line($"  licence  {set.Licence}");
            Console.Out.WriteLine(folder);
            return ExitCode.Done;
        });
        return command;
    }

    /// <exception cref="UsageException">Not the address of a folder.</exception>
    private static Uri ToMirror(string text) =>
        Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Query.Length == 0
            ? address
            : throw new UsageException($"--mirror '{text}': expected the address of a folder, such as https://example.org/mnist/.");
}
