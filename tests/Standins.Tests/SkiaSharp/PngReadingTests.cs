using SkiaSharp;

namespace GpuCgan.Standins.Tests.SkiaSharp;

public class PngReadingTests
{
    private static SKColor Gray(byte v, byte alpha = 255) => new(v, v, v, alpha);

    private static SKBitmap Read(byte[] file)
    {
        SKBitmap? bitmap = SKBitmap.Decode(file);
        Assert.NotNull(bitmap);
        return bitmap;
    }

    private static void Expect(byte[] file, params SKColor[] pixels)
    {
        using SKBitmap bitmap = Read(file);
        Assert.Equal(pixels, bitmap.Pixels);
    }

    [Theory]
    [InlineData(1, 0b1010_0000, 255, 0, 255)]
    [InlineData(2, 0b11_01_00_00, 255, 85, 0)]
    public void SmallGraysFillTheRange(int depth, int row, int a, int b, int c) =>
        Expect(PngBuilder.File(3, 1, depth, 0, [0, (byte)row]), Gray((byte)a), Gray((byte)b), Gray((byte)c));

    [Fact]
    public void GrayOfFourBitsCrossesBytes() =>
        Expect(PngBuilder.File(3, 1, 4, 0, [0, 0x0F, 0x80]), Gray(0), Gray(255), Gray(136));

    [Fact]
    public void GrayOfEightBitsIsDecodedAsGray()
    {
        using SKBitmap bitmap = Read(PngBuilder.File(2, 2, 8, 0, [0, 7, 200, 0, 0, 255]));
        Assert.Equal(SKColorType.Gray8, bitmap.ColorType);
        Assert.Equal(SKAlphaType.Opaque, bitmap.AlphaType);
        Assert.Equal([7, 200, 0, 255], bitmap.Bytes);
    }

    [Fact]
    public void SixteenBitsKeepTheUpperEight()
    {
        Expect(PngBuilder.File(2, 1, 16, 0, [0, 0x12, 0xFF, 0xFE, 0x01]), Gray(0x12), Gray(0xFE));
        Expect(PngBuilder.File(1, 1, 16, 2, [0, 0x10, 0xFF, 0x20, 0xFF, 0x30, 0xFF]), new SKColor(0x10, 0x20, 0x30));
        Expect(PngBuilder.File(1, 1, 16, 6, [0, 0x10, 0, 0x20, 0, 0x30, 0, 0xFF, 0]), new SKColor(0x10, 0x20, 0x30));
        Expect(PngBuilder.File(1, 1, 16, 4, [0, 0x40, 0, 0, 9]), SKColor.Empty);
    }

    [Fact]
    public void ColourAndAlpha()
    {
        Expect(PngBuilder.File(2, 1, 8, 2, [0, 1, 2, 3, 250, 251, 252]), new SKColor(1, 2, 3), new SKColor(250, 251, 252));
        Expect(PngBuilder.File(2, 1, 8, 6, [0, 255, 0, 51, 255, 255, 0, 0, 0]), new SKColor(255, 0, 51), SKColor.Empty);
        Expect(PngBuilder.File(1, 1, 8, 4, [0, 255, 128]), Gray(255, 128));
    }

    [Fact]
    public void AColourIsPremultipliedAndItsAlphaKept()
    {
        using SKBitmap bitmap = Read(PngBuilder.File(1, 1, 8, 6, [0, 200, 100, 0, 128]));
        Assert.Equal(SKAlphaType.Premul, bitmap.AlphaType);
        SKColor c = bitmap.GetPixel(0, 0);
        Assert.Equal(128, c.Alpha);
        // At alpha 128 a channel has 129 levels left, so what comes back is within a level of 255/128.
        Assert.InRange(c.Red, 199, 201);
        Assert.InRange(c.Green, 99, 101);
        Assert.Equal(0, c.Blue);
    }

    [Fact]
    public void PaletteWithTransparencyAndAnIndexPastItsEnd()
    {
        byte[] palette = [255, 0, 0, 0, 255, 0, 0, 0, 255];
        Expect(PngBuilder.File(4, 1, 2, 3, [0, 0b00_01_10_11], palette), new SKColor(255, 0, 0), new SKColor(0, 255, 0), new SKColor(0, 0, 255), new SKColor(0, 0, 255));
        Expect(PngBuilder.File(2, 1, 8, 3, [0, 0, 1], palette, [0]), SKColor.Empty, new SKColor(0, 255, 0));
        Expect(PngBuilder.File(2, 1, 1, 3, [0, 0b0100_0000], palette), new SKColor(255, 0, 0), new SKColor(0, 255, 0));
        Expect(PngBuilder.File(2, 1, 4, 3, [0, 0x21], palette), new SKColor(0, 0, 255), new SKColor(0, 255, 0));
    }

    [Fact]
    public void OneColourMayBeTransparent()
    {
        Expect(PngBuilder.File(2, 1, 8, 0, [0, 9, 10], null, [0, 9]), SKColor.Empty, Gray(10));
        Expect(PngBuilder.File(2, 1, 8, 2, [0, 1, 2, 3, 1, 2, 4], null, [0, 1, 0, 2, 0, 3]), SKColor.Empty, new SKColor(1, 2, 4));
    }

    [Fact]
    public void APaletteFileWithoutAPaletteIsNoPicture() =>
        Assert.Null(SKBitmap.Decode(PngBuilder.File(1, 1, 8, 3, [0, 0])));

    [Fact]
    public void EveryFilterIsUndone()
    {
        // By hand, from the specification's formulas; the pixels are 10 20 30 / 15 25 45 / 20 20 20 / 7 9 200 / 1 2 3.
        byte[] rows =
        [
            1, 10, 10, 10,
            2, 5, 5, 15,
            3, 20 - 7, 256 + 20 - 22, 256 + 20 - 32,
            4, 256 + 7 - 20, 9 - 7, 200 - 9,
            0, 1, 2, 3,
        ];
        byte[] expected = [10, 20, 30, 15, 25, 45, 20, 20, 20, 7, 9, 200, 1, 2, 3];
        using SKBitmap bitmap = Read(PngBuilder.File(3, 5, 8, 0, rows));
        Assert.Equal(expected, bitmap.Bytes);
    }

    [Fact]
    public void AnUnknownFilterIsAnError() => Assert.Null(SKBitmap.Decode(PngBuilder.File(1, 1, 8, 0, [5, 0])));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(5, 5)]
    [InlineData(8, 8)]
    [InlineData(9, 7)]
    [InlineData(3, 17)]
    public void InterlacedEqualsPlain(int width, int height)
    {
        byte At(int x, int y) => (byte)((x * 31) + (y * 57) + 3);
        var rows = new List<byte>();
        string[] pattern = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"];
        for (char pass = '1'; pass <= '7'; pass++)
        {
            for (int y = 0; y < height; y++)
            {
                byte[] row = [.. Enumerable.Range(0, width).Where(x => pattern[y % 8][x % 8] == pass).Select(x => At(x, y))];
                if (row.Length > 0) rows.AddRange([0, .. row]);
            }
        }
        using SKBitmap bitmap = Read(PngBuilder.File(width, height, 8, 0, [.. rows], interlace: 1));
        byte[] expected = [.. from y in Enumerable.Range(0, height) from x in Enumerable.Range(0, width) select At(x, y)];
        Assert.Equal(expected, bitmap.Bytes);
    }

    [Fact]
    public void DataMayComeInManyChunksAmongOthers()
    {
        byte[] data = PngBuilder.Deflate([0, 1, 2, 3]);
        PngBuilder builder = PngBuilder.WithHeader(3, 1, 8, 0).Chunk("tEXt", "a\0b"u8.ToArray());
        foreach (byte b in data) builder.Chunk("IDAT", [b]);
        using SKBitmap bitmap = Read(builder.Chunk("tIME", new byte[7]).End());
        Assert.Equal([1, 2, 3], bitmap.Bytes);
    }

    [Fact]
    public void DamageIsFatalOnlyToChunksThatAreNeeded()
    {
        byte[] data = PngBuilder.Deflate([0, 1]);
        using SKBitmap bitmap = Read(PngBuilder.WithHeader(1, 1, 8, 0).Chunk("tEXt", [1, 2], damaged: true).Chunk("IDAT", data).End());
        Assert.Equal([1], bitmap.Bytes);
        Assert.Null(SKBitmap.Decode(PngBuilder.WithHeader(1, 1, 8, 0).Chunk("IDAT", data, damaged: true).End()));
    }

    [Fact]
    public void TooLittleDataInAWholeFileIsAnError() => Assert.Null(SKBitmap.Decode(PngBuilder.File(2, 2, 8, 0, [0, 1, 2])));

    [Fact]
    public void ACutFileGivesNothingOrItsFirstRowsAndNeverMore()
    {
        // No pixel is zero, so a row that was not read is told from one that was.
        byte Pixel(int x, int y) => (byte)(((x * x * 7) ^ (y * 13)) | 1);
        byte[] rows = [.. Enumerable.Range(0, 16).SelectMany(y => (byte[])[0, .. Enumerable.Range(0, 16).Select(x => Pixel(x, y))])];
        byte[] file = PngBuilder.File(16, 16, 8, 0, rows);
        byte[] pixels = [.. rows.Where((_, i) => i % 17 != 0)];
        // The signature, the header chunk, and the length and name of the first data chunk: from there on there is a picture.
        const int head = 8 + 25 + 8;
        int most = 0;
        for (int length = 0; length < file.Length; length++)
        {
            using SKData data = SKData.CreateCopy(file.AsSpan(0, length));
            using SKBitmap? bitmap = SKBitmap.Decode(data);
            Assert.Equal(length >= head, bitmap is not null);
            if (bitmap is null) continue;
            byte[] read = bitmap.Bytes;
            int whole = 0;
            while (whole < 16 && read[16 * whole] != 0) whole++;
            Assert.Equal(pixels[..(16 * whole)], read[..(16 * whole)]);
            Assert.True(whole >= most, $"{length} bytes gave {whole} rows, fewer bytes gave {most}");
            most = whole;

            using SKCodec codec = SKCodec.Create(data)!;
            SKCodecResult result = codec.GetPixels(codec.Info, out _);
            Assert.Equal(whole == 16 ? SKCodecResult.Success : SKCodecResult.IncompleteInput, result);
        }
        Assert.Equal(16, most);
    }

    [Fact]
    public void WhatIsNoPictureGivesNullFromStreamsAndFilesAndThrowsFromBytes()
    {
        byte[] text = "This is not a picture, but it is long enough to be one."u8.ToArray();
        using var stream = new MemoryStream(text);
        using SKData data = SKData.CreateCopy(text);
        Assert.Null(SKBitmap.Decode(stream));
        Assert.Null(SKBitmap.Decode(data));
        Assert.Null(SKBitmap.Decode(Path.Combine(Path.GetTempPath(), "there-is-no-such-file.png")));
        Assert.Throws<ArgumentNullException>(() => SKBitmap.Decode(text));
    }

    [Theory]
    [InlineData(0, 1, 8, 0)]
    [InlineData(1, 0, 8, 0)]
    [InlineData(-1, 1, 8, 0)]
    [InlineData(9000, 9000, 8, 0)]
    [InlineData(1_000_001, 1, 8, 0)]
    [InlineData(int.MaxValue, int.MaxValue, 8, 0)]
    [InlineData(1, 1, 3, 0)]
    [InlineData(1, 1, 16, 3)]
    [InlineData(1, 1, 4, 2)]
    [InlineData(1, 1, 8, 5)]
    [InlineData(1, 1, 8, 0, 2)]
    public void ImpossibleHeadersAreRefused(int width, int height, int depth, int colorType, int interlace = 0)
    {
        byte[] file = PngBuilder.File(width, height, depth, colorType, [0, 0], interlace: interlace);
        using SKData data = SKData.CreateCopy(file.AsSpan());
        Assert.Null(SKBitmap.Decode(data));
    }

    [Fact]
    public void DamagedBytesNeverThrow()
    {
        byte[] file = PngBuilder.File(7, 5, 4, 3, [.. Enumerable.Repeat<byte[]>([1, 0x12, 0x34, 0x56, 0x70], 5).SelectMany(r => r)], new byte[48], [9]);
        for (int at = 0; at < file.Length; at++)
        {
            foreach (byte mask in (byte[])[1, 0x80, 0xFF])
            {
                byte[] damaged = [.. file];
                damaged[at] ^= mask;
                using SKData data = SKData.CreateCopy(damaged.AsSpan());
                using SKBitmap? bitmap = SKBitmap.Decode(data);
                Assert.True(bitmap is null || (bitmap.Width == 7 && bitmap.Height == 5));
            }
        }
    }

    [Fact]
    public void TheCodecRefusesWhatItCannotDeliver()
    {
        using SKData data = SKData.CreateCopy(PngBuilder.File(1, 1, 8, 6, [0, 1, 2, 3, 4]).AsSpan());
        using SKCodec codec = SKCodec.Create(data)!;
        Assert.Equal(SKCodecResult.InvalidScale, codec.GetPixels(new SKImageInfo(2, 1), out _));
        Assert.Equal(SKCodecResult.InvalidConversion, codec.GetPixels(new SKImageInfo(1, 1, SKColorType.Gray8, SKAlphaType.Opaque), out _));
        Assert.Equal(SKCodecResult.InvalidConversion, codec.GetPixels(new SKImageInfo(1, 1, SKColorType.Rgba8888, SKAlphaType.Opaque), out _));
        Assert.Equal(SKCodecResult.Success, codec.GetPixels(new SKImageInfo(1, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul), out byte[] plain));
        Assert.Equal([1, 2, 3, 4], plain);
    }
}
