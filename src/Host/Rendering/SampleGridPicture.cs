using SkiaSharp;

namespace GpuCgan.Host.Rendering;

/// <summary>A sheet and the images on it, row by row of the sheet, in [−1, 1].</summary>
internal sealed record SampleGridPicture(SampleGrid Grid, float[] Images)
{
    public SKBitmap Draw() => Grid.Draw(Images.AsSpan());
}
