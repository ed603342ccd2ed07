using System.Globalization;

namespace GpuCgan.Host.Data.Fetching;

/// <summary>
/// Downloads one file of a well-known data set: from the first mirror that delivers the published bytes. A download that broke goes on where it stopped, if the
/// server can do that; nothing stands under the file's own name before length and SHA-256 are right.
/// </summary>
/// <param name="client">Without a time limit of its own.</param>
/// <param name="policy">How patient to be.</param>
/// <param name="progress">Is told how it goes on.</param>
/// <param name="clock">What <see cref="DownloadPolicy.Stall"/> is measured by.</param>
internal sealed class Downloader(HttpClient client, DownloadPolicy policy, IDownloadProgress progress, TimeProvider clock)
{
    /// <param name="file">What is wanted.</param>
    /// <param name="folder">Where it goes, an existing folder; the name is <see cref="KnownFile.PackedName"/>.</param>
    /// <param name="mirrors">Where to ask, best first.</param>
    /// <exception cref="IOException">No mirror delivered the file (one line that says what each did), or it cannot be written.</exception>
    public async Task Download(KnownFile file, string folder, IReadOnlyList<Uri> mirrors)
    {
        using PartialFile part = PartialFile.Open(Path.Combine(folder, file.PackedName));
        List<string> failures = [];
        foreach (Uri mirror in mirrors)
        {
            Uri address = new(mirror, file.PackedName);
            progress.Begin(file.PackedName, file.PackedBytes, address);
            try
            {
                await DownloadFrom(address, file, part);
                part.Finish();
                progress.Complete(file.PackedName);
                return;
            }
            catch (MirrorException e)
            {
                failures.Add($"{address.Host} {e.Message}");
                progress.Note($"{address} {e.Message}");
            }
        }

        throw new IOException($"{Path.Combine(folder, file.PackedName)}: no mirror delivered the file: {string.Join("; ", failures)}; try again later, or name another mirror with --mirror");
    }

    /// <summary>Asks one mirror as often as makes sense, until the bytes that are here are the file's.</summary>
    private async Task DownloadFrom(Uri address, KnownFile file, PartialFile part)
    {
        MirrorRequest request = new(client, policy.Stall, clock, address, file.PackedBytes, bytes => progress.Advance(file.PackedName, bytes));
        int attempts = 0;
        while (true)
        {
            long before = part.Length;
            bool isResumed = before > 0;
            try
            {
                if (before != file.PackedBytes)
                    isResumed = await request.Receive(part);
                string sha256 = part.Sha256();
                if (sha256 == file.PackedSha256)
                    return;
                part.Restart(null, null);
                // The beginning may be what is wrong, and it was not this answer's: the whole decides.
                throw new MirrorException($"delivered other bytes (SHA-256 {sha256}, expected {file.PackedSha256})", isTransient: isResumed);
            }
            catch (MirrorException e) when (e.IsTransient)
            {
                if (part.Length - before < DownloadPolicy.GoodProgress && ++attempts >= policy.Attempts)
                    throw;
                progress.Note(string.Create(CultureInfo.InvariantCulture, $"{address} {e.Message}; asking again"));
                await Task.Delay(policy.Pause * Math.Pow(2, Math.Max(0, attempts - 1)), clock);
            }
        }
    }
}
