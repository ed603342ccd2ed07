using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Classification;

namespace GpuCgan.Network.Tests.Checkpoints;

public sealed class ClassifierFileTests : IDisposable
{
    private static readonly ClassifierRecipe Recipe = new() { Widths = [200, 100], BatchSize = 8, FewestSteps = 20, MostSteps = 20 };

    private readonly ComputeDevice _device = ComputeDevice.Open("cpu", 2);
    private readonly TemporaryFolder _folder = new();

    private string Saved(out ClassifierReading reading)
    {
        var (pixels, labels) = TinyGan.Data();
        using var classifier = new Classifier(_device, Recipe, TinyGan.Image, TinyGan.Classes);
        classifier.Train(pixels, labels);
        reading = classifier.Read(pixels);
        string path = _folder.File("c.safetensors");
        ClassifierFile.Save(classifier, path, "hash");
        return path;
    }

    private Classifier Load(string path, ClassifierRecipe? recipe = null, int classes = TinyGan.Classes, string hash = "hash") =>
        ClassifierFile.Load(_device, path, recipe ?? Recipe, TinyGan.Image, classes, hash);

    [Fact]
    public void ALoadedClassifierReadsWhatItReadBefore()
    {
        string path = Saved(out var before);
        using var loaded = Load(path);
        var after = loaded.Read(TinyGan.Data().Pixels);
        Assert.Equal(before.Labels, after.Labels);
        Assert.Equal(before.Features, after.Features);
    }

    [Fact]
    public void AnotherOnesFileOrATornOneIsRefused()
    {
        string path = Saved(out _);
        Assert.Contains("recipe", Assert.Throws<InvalidDataException>(() => Load(path, Recipe with { Dropout = 0.5f })).Message, StringComparison.Ordinal);
        Assert.Contains("classes", Assert.Throws<InvalidDataException>(() => Load(path, classes: 4)).Message, StringComparison.Ordinal);
        Assert.Contains("data_sha256", Assert.Throws<InvalidDataException>(() => Load(path, hash: "other")).Message, StringComparison.Ordinal);
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^5]);
        Assert.Throws<InvalidDataException>(() => Load(path));
        // A checkpoint of a GAN is no classifier.
        using var gan = TinyGan.Create(_device);
        GanCheckpoint.Save(gan, path);
        Assert.Contains("format", Assert.Throws<InvalidDataException>(() => Load(path)).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }
}
