using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

namespace GpuCgan.Host.Rendering;

/// <summary>
/// Writes an animated PNG (APNG 1.0, since 2025 a part of PNG's third edition, www.w3.org/TR/png-3), which every browser plays and which SkiaSharp does not encode. A viewer that knows no
/// animation shows the first frame.
/// </summary>
/// <remarks>
/// Frames are 8-bit RGB and whole, one after the other: memory holds one of them. Every row is filtered with Up, its difference from the row above: the pictures here are
/// magnified images and flat paper, whose rows mostly repeat.
/// </remarks>
internal sealed class AnimatedPng
{
    private const byte FilterUp = 2;
    private const int Channels = 3;
    private const int FrameControlLength = 26;
    private const int SequenceLength = 4;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private readonly Stream _stream;
    private readonly int _width;
    private readonly int _height;
    private readonly int _frames;
    private int _written;
    private uint _sequence;

    /// <summary>Begins a file that loops for ever.</summary>
    /// <param name="stream">Where it goes; left open.</param>
    /// <param name="width">Of every frame, in pixels.</param>
    /// <param name="height">Of every frame, in pixels.</param>
    /// <param name="frames">How many will be added.</param>
    public AnimatedPng(Stream stream, int width, int height, int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        (_stream, _width, _height, _frames) = (stream, width, height, frames);
        stream.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8; // bits a sample
        header[9] = 2; // red, green, blue
        header[10..].Clear(); // deflate, adaptive filters, no interlace
        WriteChunk("IHDR"u8, header);
        Span<byte> control = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(control, frames);
        BinaryPrimitives.WriteInt32BigEndian(control[4..], 0); // plays: for ever
        WriteChunk("acTL"u8, control);
    }

    /// <summary>Adds the next frame; transparency is dropped.</summary>
    /// <param name="frame">Of the file's size.</param>
    /// <param name="shown">How long, to the millisecond, at most 65 seconds.</param>
    /// <exception cref="ArgumentException">The frame has another size.</exception>
    /// <exception cref="InvalidOperationException">All frames have been added.</exception>
    public void Add(SKBitmap frame, TimeSpan shown)
    {
        if ((frame.Width, frame.Height) != (_width, _height))
            throw new ArgumentException($"A frame of {frame.Width}×{frame.Height} does not fit an animation of {_width}×{_height}.", nameof(frame));
        if (_written == _frames)
            throw new InvalidOperationException($"All {_frames} frames have been added.");
        WriteFrameControl(shown);
        byte[] pixels = Compress(frame.Pixels);
        if (_written == 0)
        {
            WriteChunk("IDAT"u8, pixels.AsSpan(SequenceLength));
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(pixels, _sequence++);
            WriteChunk("fdAT"u8, pixels);
        }
        _written++;
    }

    /// <summary>Ends the file.</summary>
    /// <exception cref="InvalidOperationException">Frames are missing.</exception>
    public void Finish()
    {
        if (_written != _frames)
            throw new InvalidOperationException($"{_written} of {_frames} frames have been added.");
        WriteChunk("IEND"u8, []);
    }

    private void WriteFrameControl(TimeSpan shown)
    {
        Span<byte> control = stackalloc byte[FrameControlLength];
        BinaryPrimitives.WriteUInt32BigEndian(control, _sequence++);
        BinaryPrimitives.WriteInt32BigEndian(control[4..], _width);
        BinaryPrimitives.WriteInt32BigEndian(control[8..], _height);
        control[12..20].Clear(); // at the left and upper edge
        BinaryPrimitives.WriteUInt16BigEndian(control[20..], (ushort)Math.Clamp(Math.Round(shown.TotalMilliseconds), 1, ushort.MaxValue));
        BinaryPrimitives.WriteUInt16BigEndian(control[22..], 1000);
        control[24..].Clear(); // leave the frame; the next one replaces it
        WriteChunk("fcTL"u8, control);
    }

    /// <summary>The filtered rows as a zlib stream, behind room for a sequence number.</summary>
    private byte[] Compress(SKColor[] pixels)
    {
        using var packed = new MemoryStream();
        packed.Write(stackalloc byte[SequenceLength]);
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            int bytes = _width * Channels;
            byte[] row = new byte[bytes], above = new byte[bytes], filtered = new byte[1 + bytes];
            filtered[0] = FilterUp;
            for (int y = 0; y < _height; y++)
            {
                for (int x = 0; x < _width; x++)
                {
                    SKColor color = pixels[(y * _width) + x];
                    (row[Channels * x], row[(Channels * x) + 1], row[(Channels * x) + 2]) = (color.Red, color.Green, color.Blue);
                }
                for (int i = 0; i < bytes; i++)
                    filtered[1 + i] = (byte)(row[i] - above[i]);
                zlib.Write(filtered);
                (row, above) = (above, row);
            }
        }
        return packed.ToArray();
    }

    private void WriteChunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        _stream.Write(word);
        _stream.Write(type);
        _stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc32.Of(type, data));
        _stream.Write(word);
    }
}
