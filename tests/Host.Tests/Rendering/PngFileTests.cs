using GpuCgan.Host.Rendering;
using SkiaSharp;

namespace GpuCgan.Host.Tests.Rendering;

public sealed class PngFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("gpucgan-png-");

    public void Dispose() => folder.Delete(recursive: true);

    private static SKBitmap Plain(SKColor color)
    {
        var bitmap = new SKBitmap(3, 2, SKColorType.Rgba8888, SKAlphaType.Opaque);
        bitmap.Erase(color);
        return bitmap;
    }

    [Fact]
    public void AnOlderPictureIsReplacedAndNothingElseIsLeft()
    {
        string path = Path.Combine(folder.FullName, "losses.png");
        foreach (SKColor color in (SKColor[])[SKColors.White, SKColors.Magenta])
        {
            using SKBitmap bitmap = Plain(color);
            PngFile.Write(path, bitmap);
            using SKBitmap back = SKBitmap.Decode(path)!;
            Assert.Equal(color, back.GetPixel(2, 1));
        }
        Assert.Equal(["losses.png"], folder.GetFiles().Select(f => f.Name));
    }

    [Fact]
    public void WhereAPictureCannotLieNothingIsLeft()
    {
        Directory.CreateDirectory(Path.Combine(folder.FullName, "taken.png", "inside"));
        using SKBitmap bitmap = Plain(SKColors.White);
        Assert.ThrowsAny<Exception>(() => PngFile.Write(Path.Combine(folder.FullName, "taken.png"), bitmap));
        Assert.ThrowsAny<IOException>(() => PngFile.Write(Path.Combine(folder.FullName, "no", "such", "folder.png"), bitmap));
        Assert.Empty(folder.GetFiles());
    }
}
