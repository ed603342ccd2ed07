using SkiaSharp;

namespace GpuCgan.Standins.Tests.SkiaSharp;

public class CanvasTests
{
    private static readonly SKPaint Smooth = new() { Color = SKColors.Black, IsAntialias = true };
    private static readonly SKPaint Hard = new() { Color = SKColors.Black };

    /// <summary>How much of each pixel was covered, in 1/255, when black is drawn on white.</summary>
    private static byte[] Coverage(int width, int height, Action<SKCanvas> draw)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        draw(canvas);
        return [.. bitmap.Pixels.Select(c => (byte)(255 - c.Red))];
    }

    private static SKPaint Stroke(float width, SKStrokeCap cap = SKStrokeCap.Butt, SKStrokeJoin join = SKStrokeJoin.Miter) =>
        new() { Style = SKPaintStyle.Stroke, StrokeWidth = width, StrokeCap = cap, StrokeJoin = join, IsAntialias = true };

    private static double Area(byte[] coverage) => coverage.Sum(c => c / 255.0);

    [Fact]
    public void APixelHalfCoveredIsHalfDark()
    {
        Assert.Equal([0, 128, 255, 0], Coverage(4, 1, c => c.DrawRect(1.5f, 0, 1.5f, 1, Smooth)));
        Assert.Equal([64], Coverage(1, 1, c => c.DrawRect(0.25f, 0.5f, 0.5f, 0.5f, Smooth)));
    }

    [Fact]
    public void WithoutAntialiasingThePixelsCentreDecides() =>
        Assert.Equal([0, 255, 255, 0, 0], Coverage(5, 1, c => c.DrawRect(0.6f, 0.4f, 2.3f, 0.4f, Hard)));

    [Fact]
    public void ATriangleCoversHalfItsSquare()
    {
        using var path = new SKPath();
        path.MoveTo(0, 0);
        path.LineTo(8, 8);
        path.LineTo(0, 8);
        path.Close();
        byte[] coverage = Coverage(8, 8, c => c.DrawPath(path, Smooth));
        Assert.Equal(32, Area(coverage), 0.2);
        for (int i = 0; i < 8; i++) Assert.InRange(coverage[9 * i], 120, 136);
    }

    [Fact]
    public void ACircleHasItsArea() =>
        Assert.Equal(Math.PI * 100, Area(Coverage(24, 24, c => c.DrawCircle(12, 12, 10, Smooth))), 1.5);

    [Fact]
    public void OverlapsOfOnePathCountOnce()
    {
        using var path = new SKPath();
        for (int i = 0; i < 2; i++)
        {
            path.MoveTo(0.5f, 0);
            path.LineTo(1, 0);
            path.LineTo(1, 1);
            path.LineTo(0.5f, 1);
            path.Close();
        }
        Assert.Equal([128], Coverage(1, 1, c => c.DrawPath(path, Smooth)));
    }

    [Fact]
    public void CapsLengthenALine()
    {
        double butt = Area(Coverage(30, 12, c => c.DrawLine(6, 6, 24, 6, Stroke(4))));
        double square = Area(Coverage(30, 12, c => c.DrawLine(6, 6, 24, 6, Stroke(4, SKStrokeCap.Square))));
        double round = Area(Coverage(30, 12, c => c.DrawLine(6, 6, 24, 6, Stroke(4, SKStrokeCap.Round))));
        Assert.Equal(18 * 4, butt, 0.1);
        Assert.Equal(22 * 4, square, 0.1);
        Assert.Equal((18 * 4) + (Math.PI * 4), round, 0.5);
    }

    [Theory]
    [InlineData(SKStrokeJoin.Miter, 4 * 4)]
    [InlineData(SKStrokeJoin.Bevel, (4 * 4) - 2)]
    [InlineData(SKStrokeJoin.Round, (4 * 4) - 4 + Math.PI)]
    public void JoinsFillTheCornerOfARightAngle(SKStrokeJoin join, double corner)
    {
        // Both turns, so that a wedge on the wrong side would show.
        foreach (int side in (int[])[1, -1])
        {
            using var path = new SKPath();
            path.MoveTo(4, 15);
            path.LineTo(15, 15);
            path.LineTo(15, 15 + (11 * side));
            double area = Area(Coverage(30, 30, c => c.DrawPath(path, Stroke(4, join: join))));
            Assert.Equal((9 * 4) + (9 * 4) + corner, area, 0.3);
        }
    }

    [Fact]
    public void ATurnBackIsRound()
    {
        using var path = new SKPath();
        path.MoveTo(10, 4);
        path.LineTo(10, 14);
        path.LineTo(10, 4);
        double area = Area(Coverage(20, 20, c => c.DrawPath(path, Stroke(6, join: SKStrokeJoin.Round))));
        Assert.Equal(60 + (Math.PI * 4.5), area, 0.5);
    }

    [Fact]
    public void ALineWithoutLengthIsADotUnderARoundCap()
    {
        Assert.Equal(Math.PI * 9, Area(Coverage(12, 12, c => c.DrawLine(6, 6, 6, 6, Stroke(6, SKStrokeCap.Round)))), 0.5);
        Assert.Equal(0, Area(Coverage(12, 12, c => c.DrawLine(6, 6, 6, 6, Stroke(6)))));
    }

    [Fact]
    public void AClosedOutlineHasNoEnds()
    {
        double area = Area(Coverage(20, 20, c => c.DrawRect(4, 4, 12, 12, Stroke(2))));
        Assert.Equal((14 * 14) - (10 * 10), area, 0.2);
    }

    [Fact]
    public void HairlinesAreAPixelWideAtAnyScale() =>
        Assert.Equal(10, Area(Coverage(12, 12, c =>
        {
            c.Scale(10);
            c.DrawLine(0.1f, 0.55f, 1.1f, 0.55f, Stroke(0));
        })), 0.1);

    [Fact]
    public void SourceOverBlendsColoursAndAlpha()
    {
        using var bitmap = new SKBitmap(2, 1, SKColorType.Rgba8888, SKAlphaType.Premul);
        using var canvas = new SKCanvas(bitmap);
        bitmap.SetPixel(0, 0, SKColors.White);
        canvas.DrawRect(0, 0, 2, 1, new SKPaint { Color = new SKColor(255, 0, 0, 128) });
        Assert.Equal(new SKColor(255, 127, 127), bitmap.GetPixel(0, 0));
        Assert.Equal(new SKColor(255, 0, 0, 128), bitmap.GetPixel(1, 0));
    }

    [Fact]
    public void ClearReplacesRatherThanBlends()
    {
        using var bitmap = new SKBitmap(1, 1, SKColorType.Rgba8888, SKAlphaType.Premul);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        canvas.Clear(new SKColor(0, 0, 0, 0));
        Assert.Equal(SKColor.Empty, bitmap.GetPixel(0, 0));
    }

    [Fact]
    public void AnImageIsEnlargedToItsNearestPixels()
    {
        using var small = new SKBitmap(2, 2, SKColorType.Gray8, SKAlphaType.Opaque);
        ((ReadOnlySpan<byte>)[10, 90, 160, 250]).CopyTo(small.GetPixelSpan());
        using SKImage image = SKImage.FromBitmap(small);
        using var large = new SKBitmap(8, 8, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(large);
        canvas.DrawImage(image, SKRect.Create(1, 1, 6, 6), SKSamplingOptions.Default);
        for (int y = 0; y < 8; y++)
        {
            for (int x = 0; x < 8; x++)
            {
                bool inside = x is >= 1 and < 7 && y is >= 1 and < 7;
                int expected = !inside ? 0 : (x < 4, y < 4) switch { (true, true) => 10, (false, true) => 90, (true, false) => 160, _ => 250 };
                Assert.Equal(expected, large.GetPixel(x, y).Green);
            }
        }
    }

    [Fact]
    public void ScaleShiftAndClipHoldUntilRestored()
    {
        byte[] coverage = Coverage(6, 1, c =>
        {
            c.Save();
            c.Translate(1, 0);
            c.Scale(2, 1);
            c.ClipRect(new SKRect(0, 0, 1.5f, 1));
            c.DrawRect(0.5f, 0, 9, 1, Smooth);
            c.Restore();
            Assert.Equal(1, c.SaveCount);
            c.DrawRect(0, 0, 0.5f, 1, Smooth);
        });
        Assert.Equal([128, 0, 255, 255, 0, 0], coverage);
    }

    [Fact]
    public void WhatIsNotFiniteOrFarOutsideDoesNoHarm()
    {
        byte[] coverage = Coverage(4, 4, c =>
        {
            c.DrawLine(float.NaN, 0, 4, 4, Stroke(1));
            c.DrawLine(0, float.PositiveInfinity, 4, 4, Stroke(1));
            c.DrawRect(-1e9f, -1e9f, 1e8f, 1e8f, Smooth);
            c.DrawLine(-1e7f, 1.5f, 1e7f, 1.5f, Stroke(1));
        });
        Assert.Equal(4, Area(coverage), 0.01);
        Assert.All(coverage[4..8], v => Assert.Equal(255, v));
    }

    [Fact]
    public void UseAfterDisposalIsRefused()
    {
        var bitmap = new SKBitmap(1, 1);
        var canvas = new SKCanvas(bitmap);
        bitmap.Dispose();
        bitmap.Dispose();
        Assert.Throws<ObjectDisposedException>(() => canvas.Clear(SKColors.White));
        Assert.Throws<ObjectDisposedException>(() => bitmap.GetPixel(0, 0));
    }
}
