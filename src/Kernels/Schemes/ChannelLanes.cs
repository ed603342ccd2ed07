namespace GpuCgan.Kernels.Schemes;

/// <summary>What a wide twin does with pixels of one channel that lie side by side and fall to lanes that do.</summary>
internal interface IChannelRuns
{
    void Add(int image, int pixel, int lane, int count);
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
}
