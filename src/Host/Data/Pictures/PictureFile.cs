using SkiaSharp;

namespace GpuCgan.Host.Data.Pictures;

/// <summary>A picture decoded to 8 bits a channel, without its colour profile; transparent parts are laid over white.</summary>
/// <param name="Size">In pixels.</param>
/// <param name="Planes">[3, Height, Width]: red, green, blue.</param>
internal sealed record PictureFile(ImageSize Size, byte[] Planes)
{
    /// <summary>The largest file that is read: 64 MiB.</summary>
    private const int MaxFileBytes = 64 << 20;

    private const int RgbaBytes = 4;

    /// <summary>Whether red, green and blue are the same everywhere.</summary>
    public bool IsGray
    {
        get
        {
            int area = Size.Height * Size.Width;
            ReadOnlySpan<byte> red = Planes.AsSpan(0, area);
            return red.SequenceEqual(Planes.AsSpan(area, area)) && red.SequenceEqual(Planes.AsSpan(2 * area, area));
        }
    }

    /// <param name="path">The file.</param>
    /// <param name="conversion">What will be done to it, for the sizes that are accepted.</param>
    /// <exception cref="InvalidDataException">It is no picture that can be decoded, not a whole one, or too large.</exception>
    public static PictureFile Read(string path, ImageConversion conversion)
    {
        long length = new FileInfo(path).Length;
        if (length > MaxFileBytes)
            throw new InvalidDataException($"{path}: file is {length} bytes, expected at most {MaxFileBytes}; make it smaller with another program first");
        using SKData data = SKData.CreateCopy(File.ReadAllBytes(path));
        using SKCodec codec = SKCodec.Create(data)
            ?? throw new InvalidDataException($"{path}: the file is no picture that {typeof(SKCodec).Assembly.GetName().Name} decodes, or its start is damaged, expected such as PNG; convert it or move it away");
        ImageSize size = new(codec.Info.Height, codec.Info.Width);
        conversion.Check(path, size);

        SKImageInfo info = new(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        SKCodecResult result = codec.GetPixels(info, out byte[] rgba);
        if (result != SKCodecResult.Success)
            throw new InvalidDataException($"{path}: the picture is damaged or cut short ({result}), expected all of its {size} pixels; get it again or move it away");
        return new PictureFile(size, ToPlanes(rgba, size.Height * size.Width));
    }

    private static byte[] ToPlanes(byte[] rgba, int area)
    {
        byte[] planes = new byte[3 * area];
        for (int i = 0; i < area; i++)
        {
            ReadOnlySpan<byte> pixel = rgba.AsSpan(i * RgbaBytes, RgbaBytes);
            int alpha = pixel[3];
            for (int channel = 0; channel < 3; channel++)
                planes[channel * area + i] = (byte)((pixel[channel] * alpha + byte.MaxValue * (byte.MaxValue - alpha) + byte.MaxValue / 2) / byte.MaxValue);
        }

        return planes;
    }
}
