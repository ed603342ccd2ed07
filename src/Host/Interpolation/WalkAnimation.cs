using GpuCgan.Host.Rendering;
using SkiaSharp;

namespace GpuCgan.Host.Interpolation;

/// <summary>A walk's frames as an animation.</summary>
internal static class WalkAnimation
{
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(60);

    /// <summary>Draws the frames one after the other. All take the first one's size, whatever the lines below them.</summary>
    public static void Write(Stream stream, int count, IEnumerable<SampleGridPicture> frames)
    {
        AnimatedPng? animation = null;
        SKBitmap? paper = null;
        try
        {
            foreach (var frame in frames)
            {
                using var picture = frame.Draw();
                paper ??= new SKBitmap(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
                animation ??= new AnimatedPng(stream, paper.Width, paper.Height, count);
                using var canvas = new SKCanvas(paper);
                canvas.Clear(Palette.Paper);
                canvas.DrawBitmap(picture, 0, 0);
                animation.Add(paper, FrameTime);
            }
        }
        finally
        {
            paper?.Dispose();
        }
        animation?.Finish();
    }
}
