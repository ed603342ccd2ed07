using GpuCgan.Host.Rendering;
using SkiaSharp;

namespace GpuCgan.Host.Tests.Rendering;

public class StrokeFontTests
{
    /// <summary>The box around the ink of a text drawn at (100, 60): left, top, right, bottom, both ends inside.</summary>
    private static (int Left, int Top, int Right, int Bottom)? Ink(string text, float capHeight, TextAlign align = TextAlign.Left)
    {
        using var bitmap = new SKBitmap(300, 100, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        StrokeFont.Draw(canvas, text, 100, 60, capHeight, SKColors.Black, align);
        byte[] rgba = bitmap.Bytes;
        (int X, int Y)[] dark = [.. from y in Enumerable.Range(0, 100) from x in Enumerable.Range(0, 300) where rgba[4 * ((300 * y) + x)] < 160 select (x, y)];
        return dark.Length == 0 ? null : (dark.Min(p => p.X), dark.Min(p => p.Y), dark.Max(p => p.X), dark.Max(p => p.Y));
    }

    [Fact]
    public void EveryPrintableCharacterHasAGlyphOfItsOwn()
    {
        Assert.Equal(95, HersheySimplex.Glyphs.Length);
        for (char c = '!'; c <= '~'; c++) Assert.True(Ink(c.ToString(), 16) is not null, $"'{c}' has no ink");
        // I and l are one stroke each, as in most plain faces; no other two are alike.
        Assert.Equal(93, Enumerable.Range('!', 94).Select(c => HersheySimplex.Glyphs[c - ' ']).Distinct().Count());
        Assert.Null(Ink(" ", 16));
    }

    [Fact]
    public void EveryGlyphIsWellFormed()
    {
        foreach (string glyph in HersheySimplex.Glyphs)
        {
            Assert.Equal(0, glyph.Length % 2);
            Assert.True(glyph[0] < glyph[1]);
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(14)]
    [InlineData(28)]
    public void CapitalsAndDigitsStandOnTheBaselineAndHaveTheHeightAskedFor(float capHeight)
    {
        foreach (string text in (string[])["H", "7", "0", "E"])
        {
            (_, int top, _, int bottom) = Ink(text, capHeight)!.Value;
            // Half a stroke beyond both ends, and a pixel for rounding.
            float slack = 1.5f + (capHeight * 0.06f);
            Assert.InRange(top, 60 - capHeight - slack, 60 - capHeight + slack);
            Assert.InRange(bottom, 60 - 1 - slack, 60 + slack);
        }
    }

    [Fact]
    public void DigitsAreEquallyWide() =>
        Assert.Single(Enumerable.Range(0, 10).Select(d => StrokeFont.Measure(d.ToString(), 12)).Distinct());

    [Fact]
    public void TheMeasureAddsUpAndScales()
    {
        Assert.Equal(0, StrokeFont.Measure("", 12));
        Assert.Equal(StrokeFont.Measure("ab", 12) + StrokeFont.Measure("c", 12), StrokeFont.Measure("abc", 12), 1e-3);
        Assert.Equal(2 * StrokeFont.Measure("step 560", 12), StrokeFont.Measure("step 560", 24), 1e-3);
    }

    [Fact]
    public void AlignmentPutsTheTextWhereItSays()
    {
        const string text = "HHHH";
        float width = StrokeFont.Measure(text, 14);
        Assert.InRange(Ink(text, 14)!.Value.Left, 100, 105);
        Assert.InRange(Ink(text, 14, TextAlign.Right)!.Value.Right, 95, 100);
        (int left, _, int right, _) = Ink(text, 14, TextAlign.Center)!.Value;
        Assert.InRange((left + right) / 2.0, 99, 101);
        Assert.InRange(right - left, width - 10, width);
    }

    [Fact]
    public void AnUnknownCharacterIsABoxAndNotAHole()
    {
        Assert.NotNull(Ink("\u4E00", 16));
        Assert.NotNull(Ink("\u00B7", 16));
        Assert.NotEqual(Ink("\u00B7", 16), Ink("\u4E00", 16));
    }
}
