namespace GpuCgan.Network.Tests.Checkpoints;

/// <summary>A folder of one test's own, gone when the test ends.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string FullPath { get; } = Directory.CreateTempSubdirectory("gpucgan-network-").FullName;

    public string File(string name) => Path.Combine(FullPath, name);

    public string[] FileNames() => [.. Directory.GetFiles(FullPath).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
