using GpuCgan.Host.Rendering;
using GpuCgan.Host.Tests.Data;
using SkiaSharp;

namespace GpuCgan.Host.Tests.Rendering;

public sealed class EvolutionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private void Sheet(int epoch, int width = 4, int height = 3, string? name = null)
    {
        using var sheet = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        sheet.Erase(new SKColor((byte)(epoch % 256), (byte)(epoch / 256), 7));
        PngFile.Write(_folder.Entry(name ?? $"epoch-{epoch:D4}.png"), sheet);
    }

    private ApngReader Write()
    {
        Assert.True(Evolution.Write(_folder.FullPath, _folder.Entry("evolution.png")));
        return new ApngReader(File.ReadAllBytes(_folder.Entry("evolution.png")));
    }

    private static int EpochOf(byte[] frame) => frame[0] + (256 * frame[1]);

    [Fact]
    public void SheetsFollowOneAnotherByEpochAndTheLastOneStays()
    {
        // By number, not by name: five digits come after four.
        foreach (int epoch in (int[])[10_000, 2, 0, 9_999])
            Sheet(epoch);
        var read = Write();
        Assert.Equal([0, 2, 9_999, 10_000], read.Frames.Select(EpochOf));
        Assert.All(read.Delays.SkipLast(1), delay => Assert.InRange(delay, 0.1, 1));
        Assert.True(read.Delays[^1] >= 2);
    }

    [Fact]
    public void ManySheetsAreThinnedAndBothEndsStay()
    {
        for (int epoch = 0; epoch < 200; epoch++)
            Sheet(epoch);
        var epochs = Write().Frames.Select(EpochOf).ToList();
        Assert.Equal((60, 0, 199), (epochs.Count, epochs[0], epochs[^1]));
        Assert.Equal(epochs.Order().Distinct(), epochs);
    }

    [Theory]
    [InlineData(628, 556, 60), InlineData(2000, 1000, 16), InlineData(20_000, 10_000, 8)]
    public void LargeSheetsAreFewer(int width, int height, int frames) => Assert.Equal(frames, Evolution.MostFramesOf(width, height));

    [Fact]
    public void AWiderSheetMakesRoomForAll()
    {
        Sheet(1, 4, 3);
        Sheet(2, 6, 3);
        var read = Write();
        Assert.Equal((6, 3), (read.Width, read.Height));
        Assert.Equal([1, 0, 7, 255, 255, 255], (byte[])[.. read.Frames[0][..3], .. read.Frames[0][15..18]]);
    }

    [Fact]
    public void WhatIsNoSheetIsPassedOver()
    {
        Assert.False(Evolution.Write(_folder.FullPath, _folder.Entry("evolution.png")));
        Assert.False(Evolution.Write(_folder.Entry("none"), _folder.Entry("evolution.png")));
        Assert.False(File.Exists(_folder.Entry("evolution.png")));
        Sheet(5);
        Sheet(6, name: "epoch-best.png");
        File.WriteAllText(_folder.Entry("epoch-0007.png"), "torn");
        Assert.Equal([5], Write().Frames.Select(EpochOf));
    }
}
