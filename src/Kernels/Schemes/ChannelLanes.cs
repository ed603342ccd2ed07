using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Schemes;

/// <summary>What a wide twin does with pixels of one channel that lie side by side and fall to lanes that do.</summary>
internal interface IChannelRuns
{
    void Add(int image, int pixel, int lane, int count);
}

/// <summary>In a kernel: where the elements of a channel lie.</summary>
internal readonly struct ChannelPlaces(int channel, int pixels, Divisor byPixels)
{
    private readonly int _first = channel * pixels;
    private readonly Divisor _byPixels = byPixels;

    /// <summary>The index of element <paramref name="e"/> in a matrix of this stride.</summary>
    public int Place(int e, int stride)
    {
        int image = _byPixels.Divide(e, out int pixel);
        return image * stride + _first + pixel;
    }
}

/// <summary>Reads a channel: its places are elements.</summary>
internal readonly struct ChannelReader(ArrayView<float> x, ChannelPlaces channel, int stride) : IStrandReader<float>
{
    private readonly ArrayView<float> _x = x;
    private readonly ChannelPlaces _channel = channel;
    private readonly int _stride = stride;

    public float Read(int place) => _x[_channel.Place(place, _stride)];
}

/// <summary>
/// The order in which sums over a channel of a batch of images are taken, one for all devices: pixel p of image n is element e = n·P + p, lane e % 256 of a group adds
/// its elements to a zero in order, and the lanes are added as <see cref="Strands"/> adds them. So |error| ≤ (N·P/256 + 32)·2⁻²⁴·Σ|x|.
/// </summary>
internal static class ChannelLanes
{
    /// <summary>On a CPU: hands every element to its lane, in runs.</summary>
    public static void Visit<TRuns>(ref TRuns runs, int images, int pixels) where TRuns : struct, IChannelRuns, allows ref struct
    {
        int lane = 0;
        for (int image = 0; image < images; image++)
        {
            for (int pixel = 0; pixel < pixels;)
            {
                int count = Math.Min(Strands.Lanes - lane, pixels - pixel);
                runs.Add(image, pixel, lane, count);
                pixel += count;
                lane = (lane + count) % Strands.Lanes;
            }
        }
    }

    /// <summary>Whether an image's pixels are too few for vectors: then a channel is first <see cref="Gather">gathered</see>, and is one image of all the batch's pixels in the same order.</summary>
    public static bool AreShort(int pixels) => pixels <= 64;

    /// <summary>packed[n·P + p] = planes[n·stride + p].</summary>
    public static void Gather(ReadOnlySpan<float> planes, int stride, int images, int pixels, Span<float> packed)
    {
        ref float from = ref MemoryMarshal.GetReference(planes[..((images - 1) * stride + pixels)]);
        ref float to = ref MemoryMarshal.GetReference(packed[..(images * pixels)]);
        for (int n = 0; n < images; n++)
            Copy(ref Unsafe.Add(ref from, n * stride), ref Unsafe.Add(ref to, n * pixels), pixels);
    }

    /// <summary>planes[n·stride + p] = packed[n·P + p].</summary>
    public static void Scatter(ReadOnlySpan<float> packed, Span<float> planes, int stride, int images, int pixels)
    {
        ref float from = ref MemoryMarshal.GetReference(packed[..(images * pixels)]);
        ref float to = ref MemoryMarshal.GetReference(planes[..((images - 1) * stride + pixels)]);
        for (int n = 0; n < images; n++)
            Copy(ref Unsafe.Add(ref from, n * pixels), ref Unsafe.Add(ref to, n * stride), pixels);
    }

    /// <summary>A call for each of these short copies would take longer than they do. The last vector overlaps the one before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(ref float from, ref float to, int count)
    {
        if (count < 4)
        {
            for (int i = 0; i < count; i++)
                Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
            return;
        }
        for (int i = 0; i < count - 4; i += 4)
            Vector128.LoadUnsafe(ref from, (nuint)i).StoreUnsafe(ref to, (nuint)i);
        Vector128.LoadUnsafe(ref from, (nuint)(count - 4)).StoreUnsafe(ref to, (nuint)(count - 4));
    }
}
