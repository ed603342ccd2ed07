using GpuCgan.Host.Data;

namespace GpuCgan.Host.Tests.Data;

/// <summary>A test of the real MNIST files, skipped, with the reason, where $GPUCGAN_DATA does not lead to them.</summary>
public sealed class RealMnistFactAttribute : FactAttribute
{
    public RealMnistFactAttribute()
    {
        string? data = Environment.GetEnvironmentVariable(DataFolders.Variable);
        if (string.IsNullOrEmpty(data))
            Skip = $"${DataFolders.Variable} is not set; set it to a folder with MNIST's four IDX files";
        else if (!IdxFolder.HasImages(data) && !IdxFolder.HasImages(Path.Combine(data, MnistDataSet.Name)))
            Skip = $"${DataFolders.Variable} is '{data}', which holds no IDX images";
    }
}
