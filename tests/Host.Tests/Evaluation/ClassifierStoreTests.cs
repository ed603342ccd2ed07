using GpuCgan.Host.Data;
using GpuCgan.Host.Evaluation;
using GpuCgan.Host.Tests.Data;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Classification;

namespace GpuCgan.Host.Tests.Evaluation;

public sealed class ClassifierStoreTests : IDisposable
{
    private static readonly ClassifierRecipe Recipe = new() { Widths = [64, 64], FewestSteps = 10, MostSteps = 10, BatchSize = 16 };

    private readonly TemporaryFolder _folder = new();
    private readonly ComputeDevice _device = ComputeDevice.Open("cpu", 2);
    private readonly StageLog _log = new();
    private readonly ImageDataSet _data = DigitsDataSet.Load().Test;

    private ClassifierStore Store(string folder) => new(folder, _device, _log);

    private float[] Features(ClassifierStore store, out bool wasThere, ImageDataSet? data = null, ClassifierRecipe? recipe = null)
    {
        using var classifier = store.Get(data ?? _data, recipe ?? Recipe, "training", out wasThere);
        return classifier.Read(_data.Pixels.Span).Features;
    }

    [Fact]
    public void AnotherRecipeOrOtherDataAreAnotherClassifier()
    {
        string folder = _folder.Entry("made/on/demand");
        var store = Store(folder);
        var first = Features(store, out bool wasThere);
        Assert.False(wasThere);
        Assert.Equal(first, Features(Store(folder), out wasThere));
        Assert.True(wasThere);
        Features(store, out wasThere, recipe: Recipe with { Dropout = 0.3f });
        Assert.False(wasThere);
        var other = DigitsDataSet.Load().Train;
        Features(store, out wasThere, other);
        Assert.False(wasThere);
        Assert.Equal(3, Directory.GetFiles(folder).Length);
        Assert.Equal(["training", "training", "training"], _log.Stages);
        Assert.Empty(_log.Warnings);
        using var ilgpu = ComputeDevice.Open("cpu-ilgpu");
        Assert.NotEqual(store.IdOf(_data, Recipe), new ClassifierStore(folder, ilgpu, _log).IdOf(_data, Recipe));
    }

    [Fact]
    public void ADamagedFileIsNoticedAndTrainedAgain()
    {
        var store = Store(_folder.FullPath);
        var first = Features(store, out _);
        string file = Assert.Single(Directory.GetFiles(_folder.FullPath));
        var bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..^1]);
        Assert.Equal(first, Features(store, out bool wasThere));
        Assert.False(wasThere);
        Assert.Contains(Path.GetFileName(file), Assert.Single(_log.Warnings), StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(file));
    }

    [Fact]
    public void AFolderThatCannotBeWrittenCostsTheKeepingAlone()
    {
        string file = _folder.Entry("taken");
        File.WriteAllText(file, "");
        Assert.NotEmpty(Features(Store(file), out bool wasThere));
        Assert.False(wasThere);
        Assert.Contains("--cache-dir", Assert.Single(_log.Warnings), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }
}
