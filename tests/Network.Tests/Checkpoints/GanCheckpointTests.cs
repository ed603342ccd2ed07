using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests.Checkpoints;

public sealed class GanCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpucgan-test-").FullName;

    private string PathOf(string name) => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("plain"), InlineData("everything"), InlineData("critic")]
    public void AResumedRunHasTheBitsOfOneThatNeverStopped(string what)
    {
        var recipe = (what switch { "plain" => TinyGan.Recipe, "everything" => TinyGan.Everything, _ => CriticTests.Everything }) with { GeneratorAverage = 0.9f, GeneratorLabel = GeneratorLabelKind.Embedding, DiscriminatorLabel = DiscriminatorLabelKind.Embedding };
        using var device = ComputeDevice.Open("cpu", 2);
        using var whole = TinyGan.Create(device, recipe);
        whole.Plan(30);
        for (int i = 0; i < 25; i++)
        {
            whole.TrainStep();
            if (i == 9)
                GanCheckpoint.Save(whole, PathOf("a.safetensors"));
        }
        using var resumed = GanCheckpoint.Load(device, PathOf("a.safetensors"));
        var (pixels, labels) = TinyGan.Data();
        resumed.Load(pixels, labels);
        resumed.Plan(30);
        Assert.Equal(10, resumed.Step);
        for (int i = 0; i < 15; i++)
            resumed.TrainStep();

        GanCheckpoint.Save(whole, PathOf("whole.safetensors"));
        GanCheckpoint.Save(resumed, PathOf("resumed.safetensors"));
        Assert.Equal(File.ReadAllBytes(PathOf("whole.safetensors")), File.ReadAllBytes(PathOf("resumed.safetensors")));
        Assert.Equal(whole.Sample([0, 1], 0, 3, 1), resumed.Sample([0, 1], 0, 3, 1));
    }

    [Fact]
    public void TheHeaderSaysWhatTheCheckpointIs()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        using var gan = TinyGan.Create(device, seed: 12345678901234567890);
        gan.TrainStep();
        GanCheckpoint.Save(gan, PathOf("a.safetensors"), new Dictionary<string, string> { ["data"] = "quarters" });
        var header = GanCheckpoint.ReadHeader(PathOf("a.safetensors"));
        Assert.True(RecipeFile.AreSame(TinyGan.Recipe, header.Recipe));
        Assert.Equal((TinyGan.Image, TinyGan.Classes, 12345678901234567890ul, 1L), (header.Image, header.Classes, header.Seed, header.Step));
        Assert.Equal("quarters", header.Metadata["data"]);
    }

    [Fact]
    public void ATornFileIsRefusedAtEveryLength()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        using var gan = TinyGan.Create(device);
        GanCheckpoint.Save(gan, PathOf("a.safetensors"));
        var bytes = File.ReadAllBytes(PathOf("a.safetensors"));
        for (int length = 0; length < bytes.Length; length += Math.Max(1, bytes.Length / 40))
        {
            File.WriteAllBytes(PathOf("torn.safetensors"), bytes[..length]);
            var e = Assert.Throws<InvalidDataException>(() => GanCheckpoint.Load(device, PathOf("torn.safetensors")));
            Assert.Contains("torn.safetensors", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TensorsOfAnotherRecipeAreRefused()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        using var gan = TinyGan.Create(device);
        GanCheckpoint.Save(gan, PathOf("a.safetensors"));
        // The same file under a recipe with another width, which the same number of characters says; without its digest, as other tools write files.
        string text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(PathOf("a.safetensors")));
        string changed = text.Replace("linear 200", "linear 300", StringComparison.Ordinal).Replace("file_sha256", "file_sha25X", StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        File.WriteAllBytes(PathOf("b.safetensors"), System.Text.Encoding.Latin1.GetBytes(changed));
        var e = Assert.Throws<InvalidDataException>(() => GanCheckpoint.Load(device, PathOf("b.safetensors")));
        Assert.Contains("b.safetensors", e.Message, StringComparison.Ordinal);
        Assert.Contains("discriminator.linear1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWeightThatIsNotFiniteIsRefused()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        using var gan = TinyGan.Create(device);
        var values = gan.GeneratorParameters.Values.Download();
        values[0] = float.NaN;
        gan.GeneratorParameters.Values.Upload(values);
        Assert.Equal("generator linear1.weight", gan.FindNonFinite());
        GanCheckpoint.Save(gan, PathOf("nan.safetensors"));
        var e = Assert.Throws<InvalidDataException>(() => GanCheckpoint.Load(device, PathOf("nan.safetensors")));
        Assert.Contains("generator.linear1.weight", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALogIntervalUnderWayIsResumedToo()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        using var whole = TinyGan.Create(device);
        for (int i = 0; i < 10; i++)
        {
            if (i == 4)
                whole.ReadMetrics();
            whole.TrainStep();
            if (i == 6)
                GanCheckpoint.Save(whole, PathOf("a.safetensors"));
        }
        using var resumed = GanCheckpoint.Load(device, PathOf("a.safetensors"));
        var (pixels, labels) = TinyGan.Data();
        resumed.Load(pixels, labels);
        for (int i = 7; i < 10; i++)
            resumed.TrainStep();
        var metrics = whole.ReadMetrics();
        Assert.Equal(6, metrics.Steps);
        Assert.Equal(metrics, resumed.ReadMetrics());
    }

    /// <summary>A byte of each part of the file in turn: the length, the header, the digest itself, the tensors, the last byte.</summary>
    [Fact]
    public void ADamagedByteAnywhereIsNoticed()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        using var gan = TinyGan.Create(device);
        GanCheckpoint.Save(gan, PathOf("a.safetensors"));
        GanCheckpoint.Verify(PathOf("a.safetensors"));
        var bytes = File.ReadAllBytes(PathOf("a.safetensors"));
        int header = 8 + (int)BitConverter.ToUInt64(bytes);
        int digest = System.Text.Encoding.Latin1.GetString(bytes).IndexOf("file_sha256", StringComparison.Ordinal) + 14;
        foreach (int at in (int[])[0, 8, 20, header / 2, digest, digest + 63, header - 1, header, header + 1, (header + bytes.Length) / 2, bytes.Length - 1])
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] ^= 1;
            File.WriteAllBytes(PathOf("b.safetensors"), damaged);
            var e = Assert.Throws<InvalidDataException>(() => GanCheckpoint.Verify(PathOf("b.safetensors")));
            Assert.StartsWith(PathOf("b.safetensors"), e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
            Assert.Throws<InvalidDataException>(() => GanCheckpoint.Load(device, PathOf("b.safetensors")));
        }
    }

    /// <summary>Whatever can go wrong is named by network and tensor: values, statistics, gradients, moments, the average, and the losses.</summary>
    [Fact]
    public void WhatIsNotFiniteIsNamed()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        foreach (float bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            using var gan = TinyGan.Create(device, TinyGan.Recipe with { GeneratorAverage = 0.5f });
            gan.TrainStep();
            Assert.Null(gan.FindNonFinite());
            foreach (var (name, arena) in gan.SavedArenas()
                .Append(("generator.gradient", gan.GeneratorParameters.Gradients)).Append(("discriminator.gradient", gan.DiscriminatorParameters.Gradients)))
            {
                var good = arena.Download();
                foreach (var slot in arena.Layout.Slots)
                {
                    var values = (float[])good.Clone();
                    values[slot.Offset + slot.Length - 1] = bad;
                    arena.Upload(values);
                    string[] parts = name.Split('.');
                    Assert.Equal($"{parts[0]} {slot.Name}{(parts.Length == 1 ? "" : $" ({parts[1]})")}", gan.FindNonFinite());
                }
                arena.Upload(good);
            }
            Assert.Null(gan.FindNonFinite());
            var sums = gan.MetricSums;
            sums[1] = bad;
            gan.GoOnMeasuring(sums, 1);
            Assert.Equal("the generator's loss", gan.FindNonFinite());
        }
    }
}
