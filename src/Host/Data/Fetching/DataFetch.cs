namespace GpuCgan.Host.Data.Fetching;

/// <summary>Brings a well-known data set into a folder: what is there already and right stays, the rest is downloaded.</summary>
/// <param name="policy">How patient to be.</param>
/// <param name="progress">Is told how it goes on.</param>
/// <param name="known">The sets whose files may lie in the folder by mistake.</param>
internal sealed class DataFetch(DownloadPolicy policy, IDownloadProgress progress, IReadOnlyList<KnownDataSet> known)
{
    /// <summary>Downloads what is missing.</summary>
    /// <param name="set">A set that lies in files.</param>
    /// <param name="folder">Made when it does not exist.</param>
    /// <param name="mirrors">Where to ask, best first.</param>
    /// <returns>How many files were downloaded.</returns>
    /// <exception cref="IOException">No mirror delivered a file, or the folder cannot be written.</exception>
    /// <exception cref="InvalidDataException">Another file has the name of one of the set's.</exception>
    public async Task<int> Run(KnownDataSet set, string folder, IReadOnlyList<Uri> mirrors)
    {
        Directory.CreateDirectory(folder);
        List<KnownFile> missing = [];
        foreach (KnownFile file in set.Files)
        {
            FileCheck check = FileCheck.Of(set, file, folder, known);
            if (check.State == FileState.Missing)
                missing.Add(file);
            else if (check.State == FileState.Wrong)
                throw new InvalidDataException($"{check}; move the file away and fetch again");
        }

        // The redirects of a mirror are followed, but never from https to http: SocketsHttpHandler refuses that.
        using SocketsHttpHandler handler = new() { ConnectTimeout = policy.Stall, MaxAutomaticRedirections = 5 };
        using HttpClient client = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd($"gpucgan/{ProgramVersion.Text}");
        Downloader downloader = new(client, policy, progress, TimeProvider.System);
        foreach (KnownFile file in missing)
            await downloader.Download(file, folder, mirrors);
        return missing.Count;
    }
}
