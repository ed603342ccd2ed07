using GpuCgan.Host.Rendering;
using SkiaSharp;

namespace GpuCgan.Host.Tests.Rendering;

public class LossPlotTests
{
    private static LossPlot Plot(int count, Func<int, LossPoint> point) => new() { Points = [.. Enumerable.Range(0, count).Select(point)] };

    private static LossPoint Wave(int i) =>
        new(i * 20, 0.7 + (0.1 * Math.Sin(i)), 1.5 + (0.5 * Math.Cos(i * 0.7)), 0.6 + (0.1 * Math.Sin(i * 0.3)), 0.3 + (0.1 * Math.Cos(i)));

    private static int Inked(SKBitmap bitmap, SKColor color, bool upper) => Inked(bitmap, color, upper ? 0 : 1);

    /// <summary>The pixels of a colour, or a paler shade of it, in one panel of the picture, its legend left out.</summary>
    private static int Inked(SKBitmap bitmap, SKColor color, int panel)
    {
        int count = 0;
        ReadOnlySpan<byte> rgba = bitmap.GetPixelSpan()[(4 * 1600 * (146 + (500 * panel)))..(4 * 1600 * (512 + (500 * panel)))];
        for (int at = 0; at < rgba.Length; at += 4)
        {
            int excess = rgba[at] - rgba[at + 2];
            if (color == Palette.Blue ? excess < -40 : excess > 40) count++;
        }
        return count;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(150)]
    [InlineData(10_000)]
    public void AnyNumberOfPointsIsDrawn(int count)
    {
        using SKBitmap bitmap = Plot(count, Wave).Draw();
        Assert.Equal((1600, 1100), (bitmap.Width, bitmap.Height));
        foreach (bool upper in (bool[])[true, false])
        {
            foreach (SKColor color in (SKColor[])[Palette.Blue, Palette.Vermilion])
            {
                int inked = Inked(bitmap, color, upper);
                Assert.True(count == 0 ? inked == 0 : inked > (count == 1 ? 40 : 1000), $"{count} points, upper {upper}: {inked} pixels of {color}");
            }
        }
    }

    [Fact]
    public void DistancesAndGradientsHavePanelsOfTheirOwn()
    {
        using SKBitmap bitmap = Plot(150, i => Wave(i) with { RealDistance = 0.5, FakeDistance = 0.3, DiscriminatorGradient = 1, GeneratorGradient = double.NaN }).Draw();
        Assert.Equal((1600, 2100), (bitmap.Width, bitmap.Height));
        Assert.True(Inked(bitmap, Palette.Blue, 2) > 1000 && Inked(bitmap, Palette.Vermilion, 2) > 1000);
        Assert.True(Inked(bitmap, Palette.Blue, 3) > 1000);
        Assert.Equal(0, Inked(bitmap, Palette.Vermilion, 3));
    }

    [Fact]
    public void ValuesThatAreNotFiniteLeaveAGap()
    {
        double[] holes = [double.NaN, double.PositiveInfinity, double.NegativeInfinity];
        using SKBitmap bitmap = Plot(61, i => new LossPoint(i, 0.5, i is > 20 and < 40 ? holes[i % 3] : 1, 0.6, 0.3)).Draw();
        // Steps 20 to 40 of 60 are the middle third of the axes from x = 120 to 1552.
        int ColumnInk(int x) => Enumerable.Range(146, 366).Count(y => bitmap.GetPixel(x, y) is var c && c.Red > c.Blue + 40);
        Assert.True(ColumnInk(300) > 0);
        Assert.Equal(0, Enumerable.Range(620, 400).Sum(ColumnInk));
        Assert.True(ColumnInk(1400) > 0);
    }

    [Fact]
    public void NothingButGapsIsDrawnAsNothing()
    {
        using SKBitmap bitmap = Plot(5, i => new LossPoint(i, double.NaN, double.NaN, double.NaN, double.NaN)).Draw();
        Assert.Equal(0, Inked(bitmap, Palette.Blue, upper: true) + Inked(bitmap, Palette.Vermilion, upper: false));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-250.0)]
    [InlineData(1e-12)]
    [InlineData(float.MaxValue)]
    public void AnyConstantIsDrawn(double value)
    {
        using SKBitmap bitmap = Plot(3, i => new LossPoint(i, value, value, 0.5, 0.5)).Draw();
        Assert.True(Inked(bitmap, Palette.Vermilion, upper: true) > 1000);
    }

    [Fact]
    public void ExtremesOfBothSignsAreDrawn()
    {
        using SKBitmap bitmap = Plot(4, i => new LossPoint(i, i % 2 == 0 ? float.MaxValue : float.MinValue, 1, double.MaxValue, -1e9)).Draw();
        Assert.True(Inked(bitmap, Palette.Vermilion, upper: true) > 1000);
    }

    [Fact]
    public void ASpikeBetweenThousandsOfPointsIsSeen()
    {
        using SKBitmap bitmap = Plot(10_000, i => new LossPoint(i, 1, i == 5_000 ? 10 : 1, 0.5, 0.5)).Draw();
        // The spike, pale, reaches the top of its panel at the middle of the axis.
        int middle = (120 + 1552) / 2;
        Assert.Contains(Enumerable.Range(middle - 4, 9), x => bitmap.GetPixel(x, 170) is var c && c.Red > c.Blue + 20);
    }

    [Fact]
    public void TheSamePointsGiveTheSamePicture()
    {
        using SKBitmap a = Plot(500, Wave).Draw(), b = Plot(500, Wave).Draw();
        Assert.Equal(a.Bytes, b.Bytes);
    }
}
