using GpuCgan.Fuzz;
using SkiaSharp;

namespace GpuCgan.Standins.Tests.SkiaSharp;

/// <summary>The stand-in's own PNG reader under damaged files, since the fuzzer of the program reads with whichever SkiaSharp is in use.</summary>
public class PngFuzzTests
{
    private const int Cases = 3000;
    private const int Seed = 20261125;

    /// <summary>Gray, colour with alpha, a palette of two bits, sixteen bits and interlacing.</summary>
    private static readonly byte[][] Sound =
    [
        PngBuilder.File(3, 2, 8, 0, [0, 1, 2, 3, 1, 4, 5, 6]),
        PngBuilder.File(2, 2, 8, 6, [2, 1, 2, 3, 4, 5, 6, 7, 8, 4, 9, 10, 11, 12, 13, 14, 15, 16]),
        PngBuilder.File(3, 1, 2, 3, [0, 0b11_01_00_00], palette: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], transparency: [0, 128]),
        PngBuilder.File(1, 2, 16, 2, [0, 1, 2, 3, 4, 5, 6, 3, 7, 8, 9, 10, 11, 12]),
        PngBuilder.File(1, 1, 8, 0, [0, 77], interlace: 1),
    ];

    [Fact]
    public void SoundFilesAreRead() => Assert.All(Sound, file => Assert.True(IsRead(file)));

    [Fact]
    public void DamagedFilesAreReadOrNoPicture()
    {
        int read = 0;
        for (int number = 0; number < Cases; number++)
        {
            Random random = new(unchecked((Seed * 1_000_003) ^ (number * 7919)));
            byte[] bytes = Mutator.Mutate(random, Sound[random.Next(Sound.Length)], Sound[random.Next(Sound.Length)]);
            if (random.Next(2) == 0)
                bytes = PngChecks.Repair(bytes);
            try
            {
                read += IsRead(bytes) ? 1 : 0;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed}, case {number}: {e}");
            }
        }

        Assert.InRange(read, Cases / 50, Cases * 49 / 50);
    }

    [Fact]
    public void EveryTruncationIsReadOrNoPicture() => Assert.All(Sound, file =>
    {
        for (int length = 0; length < file.Length; length++)
            IsRead(file[..length]);
    });

    /// <summary>Reads as the program does: what the header says first, and pixels only of pictures of a size that is allowed.</summary>
    private static bool IsRead(byte[] bytes)
    {
        using SKData data = SKData.CreateCopy(bytes.AsSpan());
        using SKCodec? codec = SKCodec.Create(data);
        if (codec is null)
            return false;
        Assert.True(codec.Info.Width > 0 && codec.Info.Height > 0);
        // The largest picture that the program reads has 4096 × 4096 pixels; less here, for time.
        if ((long)codec.Info.Width * codec.Info.Height > 1 << 16)
            return false;
        using SKBitmap? bitmap = SKBitmap.Decode(codec);
        return bitmap is not null;
    }
}
