namespace GpuCgan.Host.Data.Fetching;

/// <summary>Is told how a download goes on.</summary>
public interface IDownloadProgress
{
    /// <summary>A file is asked for.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="from">The mirror's address of it.</param>
    void Begin(string file, long bytes, Uri from);

    /// <summary>So many bytes are here; fewer than before where a download had to start again.</summary>
    void Advance(string file, long bytesHere);

    /// <summary>Something went wrong that is not the end of it.</summary>
    void Note(string message);

    /// <summary>The file is here and right.</summary>
    void Complete(string file);
}
