using SkiaSharp;

namespace GpuCgan.Host.Rendering;

/// <summary>
/// The colours of the pictures. Blue and vermilion are from Okabe and Ito's palette ("Color universal design", 2008), whose
/// members stay apart for every common form of colour blindness, and also differ in lightness.
/// </summary>
internal static class Palette
{
    public static readonly SKColor Paper = new(0xFF, 0xFF, 0xFF);

    public static readonly SKColor Ink = new(0x1F, 0x29, 0x33);

    public static readonly SKColor FadedInk = new(0x5F, 0x6B, 0x7A);

    public static readonly SKColor Grid = new(0xE4, 0xE8, 0xEE);

    public static readonly SKColor Axis = new(0xA9, 0xB3, 0xC1);

    /// <summary>The discriminator, and what it says about real images.</summary>
    public static readonly SKColor Blue = new(0x00, 0x72, 0xB2);

    /// <summary>The generator, and what the discriminator says about its images.</summary>
    public static readonly SKColor Vermilion = new(0xD5, 0x5E, 0x00);
}
