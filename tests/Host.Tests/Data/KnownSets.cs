using System.Security.Cryptography;
using GpuCgan.Host.Data;

namespace GpuCgan.Host.Tests.Data;

/// <summary>Well-known data sets of a few bytes, for tests.</summary>
internal static class KnownSets
{
    private static readonly string[] Names = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

    /// <param name="name">The set's name.</param>
    /// <param name="contents">Training images, training labels, test images, test labels, unpacked.</param>
    public static KnownDataSet Of(string name, params byte[][] contents) => new()
    {
        Name = name,
        Description = "for tests",
        Licence = "none",
        ClassNames = [.. Enumerable.Range(0, 10).Select(label => $"class {label}")],
        Files = [.. Names.Zip(contents, FileOf)],
    };

    public static KnownFile FileOf(string name, byte[] content)
    {
        byte[] packed = IdxBytes.Gzip(content);
        return new KnownFile(name, content.Length, Hash(content), packed.Length, Hash(packed));
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
