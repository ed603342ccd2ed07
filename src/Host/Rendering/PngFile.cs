using SkiaSharp;

namespace GpuCgan.Host.Rendering;

/// <summary>Writes pictures to files.</summary>
internal static class PngFile
{
    /// <summary>
    /// Writes a PNG under a temporary name beside <paramref name="path"/> and renames it, so that whoever looks while training
    /// runs, or after it was killed, finds the old picture or the new one and never half of one.
    /// </summary>
    /// <exception cref="IOException">The picture could not be encoded or written.</exception>
    public static void Write(string path, SKBitmap bitmap)
    {
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100)
            ?? throw new IOException($"A picture of {bitmap.Width} x {bitmap.Height} pixels could not be encoded for {path}.");
        string full = Path.GetFullPath(path);
        string temporary = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (FileStream file = File.Create(temporary)) data.SaveTo(file);
            File.Move(temporary, full, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
