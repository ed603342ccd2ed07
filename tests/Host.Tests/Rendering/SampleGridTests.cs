using GpuCgan.Host.Rendering;
using SkiaSharp;

namespace GpuCgan.Host.Tests.Rendering;

public class SampleGridTests
{
    private static SampleGrid Grid(int rows = 2, int columns = 3, int height = 8, int width = 8, int channels = 1) => new()
    {
        Rows = rows,
        Columns = columns,
        Height = height,
        Width = width,
        Channels = channels,
        ColumnLabels = [.. Enumerable.Range(0, columns).Select(i => i.ToString())],
    };

    private static float[] Values(SampleGrid g) =>
        [.. Enumerable.Range(0, g.Rows * g.Columns * g.Height * g.Width * g.Channels).Select(i => (i * 37 % 401 / 200f) - 1f)];

    private static bool HasInk(SKBitmap bitmap, SKRect area)
    {
        for (int y = (int)area.Top; y < (int)area.Bottom; y++)
            for (int x = (int)area.Left; x < (int)area.Right; x++)
                if (bitmap.GetPixel(x, y).Green < 128) return true;
        return false;
    }

    [Theory]
    [InlineData(8, 7)]
    [InlineData(16, 4)]
    [InlineData(28, 2)]
    [InlineData(32, 2)]
    [InlineData(64, 1)]
    [InlineData(200, 1)]
    public void CellsComeOutAboutTheSameSize(int side, int scale) => Assert.Equal(scale, Grid(height: side, width: side).Scale);

    [Theory]
    [InlineData(1, 1, 8, 8, 1)]
    [InlineData(2, 3, 8, 8, 1)]
    [InlineData(3, 10, 28, 28, 1)]
    [InlineData(2, 2, 5, 9, 3)]
    public void EveryPixelOfEveryImageIsMappedExactlyAlsoThroughAFile(int rows, int columns, int height, int width, int channels)
    {
        SampleGrid grid = Grid(rows, columns, height, width, channels);
        float[] values = Values(grid);
        using SKBitmap drawn = grid.Draw(values);
        using SKData png = drawn.Encode(SKEncodedImageFormat.Png, 100)!;
        using SKBitmap sheet = SKBitmap.Decode(png)!;
        int size = height * width * channels;
        for (int i = 0; i < rows * columns; i++)
        {
            SKRect cell = grid.CellAt(i / columns, i % columns);
            for (int y = 0; y < (int)cell.Height; y++)
            {
                for (int x = 0; x < (int)cell.Width; x++)
                {
                    int at = (i * size) + ((((y / grid.Scale) * width) + (x / grid.Scale)) * channels);
                    byte Level(int c) => (byte)Math.Clamp(Math.Floor(((values[at + c] + 1f) * 127.5f) + 0.5f), 0, 255);
                    SKColor expected = channels == 1 ? new SKColor(Level(0), Level(0), Level(0)) : new SKColor(Level(0), Level(1), Level(2));
                    Assert.Equal(expected, sheet.GetPixel((int)cell.Left + x, (int)cell.Top + y));
                }
            }
        }
    }

    [Theory]
    [InlineData(-1f, 0)]
    [InlineData(1f, 255)]
    [InlineData(0f, 128)]
    [InlineData(-0.5f, 64)]
    [InlineData(-7f, 0)]
    [InlineData(7f, 255)]
    public void TheMappingIsFixedAndNotStretched(float value, int level)
    {
        SampleGrid grid = Grid(1, 1);
        using SKBitmap sheet = grid.Draw(Enumerable.Repeat(value, 64).ToArray().AsSpan());
        SKRect cell = grid.CellAt(0, 0);
        Assert.Equal(level, sheet.GetPixel((int)cell.MidX, (int)cell.MidY).Red);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void WhatIsNotFiniteIsMagentaAndNothingElseIs(float value)
    {
        SampleGrid grid = Grid(1, 1, channels: 3);
        float[] values = new float[192];
        values[(3 * 10) + 1] = value;
        using SKBitmap sheet = grid.Draw(values.AsSpan());
        SKRect cell = grid.CellAt(0, 0);
        for (int i = 0; i < 64; i++)
        {
            SKColor seen = sheet.GetPixel((int)cell.Left + (i % 8 * grid.Scale), (int)cell.Top + (i / 8 * grid.Scale));
            Assert.Equal(i == 10 ? SKColors.Magenta : new SKColor(128, 128, 128), seen);
        }
    }

    [Fact]
    public void BytesAreTheLevelsThemselves()
    {
        SampleGrid grid = Grid(1, 1);
        byte[] levels = [.. Enumerable.Range(0, 64).Select(i => (byte)(i * 4))];
        using SKBitmap sheet = grid.Draw(levels.AsSpan());
        SKRect cell = grid.CellAt(0, 0);
        for (int i = 0; i < 64; i++)
            Assert.Equal(levels[i], sheet.GetPixel((int)cell.Left + (i % 8 * grid.Scale), (int)cell.Top + (i / 8 * grid.Scale)).Blue);
    }

    [Fact]
    public void PlanesAndInterleavedChannelsDrawTheSame()
    {
        SampleGrid grid = Grid(1, 2, channels: 3);
        float[] interleaved = Values(grid), planar = new float[interleaved.Length];
        for (int image = 0; image < 2; image++)
            for (int i = 0; i < 64; i++)
                for (int c = 0; c < 3; c++) planar[(image * 192) + (c * 64) + i] = interleaved[(image * 192) + (i * 3) + c];
        using SKBitmap a = grid.Draw(interleaved.AsSpan()), b = (grid with { Planar = true }).Draw(planar.AsSpan());
        Assert.Equal(a.Bytes, b.Bytes);
    }

    [Fact]
    public void EveryColumnHasItsLabelAboveIt()
    {
        SampleGrid grid = Grid(1, 10);
        using SKBitmap sheet = grid.Draw(Values(grid).AsSpan());
        for (int column = 0; column < 10; column++)
        {
            SKRect cell = grid.CellAt(0, column);
            Assert.True(HasInk(sheet, new SKRect(cell.Left, 0, cell.Right, cell.Top - 2)), $"no ink above column {column}");
        }
        using SKBitmap bare = (grid with { ColumnLabels = [] }).Draw(Values(grid).AsSpan());
        Assert.True(bare.Height < sheet.Height);
    }

    [Fact]
    public void LongLabelsNeitherTouchNorLeaveTheSheet()
    {
        string[] labels = ["T-shirt/top", "Trouser", "a very long label indeed", "Ankle boot"];
        SampleGrid grid = Grid(1, 4, 28, 28) with { ColumnLabels = labels };
        using SKBitmap sheet = grid.Draw(Values(grid).AsSpan());
        SKRect first = grid.CellAt(0, 0);
        Assert.False(HasInk(sheet, new SKRect(0, 0, 8, sheet.Height)));
        Assert.False(HasInk(sheet, new SKRect(sheet.Width - 8, 0, sheet.Width, sheet.Height)));
        for (int column = 0; column < 3; column++)
        {
            float between = (grid.CellAt(0, column).Right + grid.CellAt(0, column + 1).Left) / 2;
            Assert.False(HasInk(sheet, new SKRect(between - 1, 0, between + 1, first.Top)), $"labels touch behind column {column}");
        }
    }

    [Fact]
    public void TitleAndFooterMakeRoomForThemselves()
    {
        SampleGrid plain = Grid(1, 1), full = plain with { Title = "a title wider than one image", Footer = "epoch 10 · step 560" };
        using SKBitmap a = plain.Draw(Values(plain).AsSpan()), b = full.Draw(Values(full).AsSpan());
        SKRect cell = full.CellAt(0, 0);
        Assert.True(b.Width > a.Width);
        Assert.True(HasInk(b, new SKRect(0, 0, b.Width, 32)));
        Assert.True(HasInk(b, new SKRect(0, cell.Bottom + 4, b.Width, b.Height)));
        Assert.False(HasInk(b, new SKRect(b.Width - 8, 0, b.Width, b.Height)));
    }

    [Fact]
    public void TheSameValuesGiveTheSameFile()
    {
        SampleGrid grid = Grid() with { Title = "t", Footer = "f" };
        using SKBitmap a = grid.Draw(Values(grid).AsSpan()), b = grid.Draw(Values(grid).AsSpan());
        Assert.Equal(a.Encode(SKEncodedImageFormat.Png, 100)!.ToArray(), b.Encode(SKEncodedImageFormat.Png, 100)!.ToArray());
    }

    [Fact]
    public void WhatDoesNotFitTogetherIsRefused()
    {
        Assert.Throws<ArgumentException>(() => Grid().Draw(new float[5]));
        Assert.Throws<ArgumentException>(() => (Grid() with { ColumnLabels = ["1"] }).Draw(new float[6 * 64]));
        Assert.Throws<ArgumentException>(() => Grid(channels: 2).Draw(new float[6 * 128]));
        Assert.Throws<ArgumentException>(() => Grid(rows: 0).Draw(ReadOnlySpan<float>.Empty));
    }
}
