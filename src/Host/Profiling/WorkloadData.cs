using System.CommandLine;
using GpuCgan.Host.Commands;
using GpuCgan.Host.Data;
using GpuCgan.Network;

namespace GpuCgan.Host.Profiling;

/// <summary>The images that timed steps train on.</summary>
/// <param name="Name">For people.</param>
/// <param name="Image">Their shape.</param>
/// <param name="Classes">Labels are 0 … Classes−1.</param>
/// <param name="Pixels">[count, channels, height, width].</param>
/// <param name="Labels">[count].</param>
internal sealed record WorkloadData(string Name, ImageShape Image, int Classes, byte[] Pixels, byte[] Labels)
{
    /// <summary>[height, width, channels], as measurements record it.</summary>
    public int[] Shape => [Image.Height, Image.Width, Image.Channels];

    private const int DefaultSide = 28;
    private const int RandomClasses = 10;
    private const int RandomImages = 4096;

    /// <summary>What <c>--data</c> names; without it random images of <c>--size</c>, 28×28 where that is not given either, for nothing of the time depends on what images show.</summary>
    /// <param name="options">The command's.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="atLeast">The largest batch that is taken from it.</param>
    /// <exception cref="UsageException">There are fewer images than that, or an option belongs to data that was not named.</exception>
    public static WorkloadData Read(DataOptions options, ParseResult parsed, int atLeast)
    {
        if (parsed.GetValue(options.Data) is null)
        {
            foreach (var option in options.HowToRead.Append(options.DataDirectory).Where(o => o != options.Size && parsed.GetResult(o) is { Implicit: false }))
                throw new UsageException($"{option.Name}: says how --data is to be read, and none was given; without it the images are random.");
            var size = parsed.GetValue(options.Size) ?? new ImageSize(DefaultSide, DefaultSide);
            return Random(new ImageShape(size.Height, size.Width, 1), Math.Max(RandomImages, atLeast));
        }
        var data = DataSets.Load(options.Read(parsed)).Train;
        if (data.Count < atLeast)
            throw new UsageException($"--batch-size {atLeast}: larger than the training data, {data.Count} images of '{data.Name}'.");
        return new WorkloadData(data.Name, new ImageShape(data.Height, data.Width, data.Channels), data.ClassNames.Count, data.Pixels.ToArray(), data.LabelBytes());
    }

    /// <summary>Random bytes and not zeros: those would flatter a processor that saves power on them.</summary>
    private static WorkloadData Random(ImageShape image, int count)
    {
        var pixels = new byte[count * image.Pixels];
        new Random(1).NextBytes(pixels);
        return new WorkloadData("random", image, RandomClasses, pixels, [.. Enumerable.Range(0, count).Select(i => (byte)(i % RandomClasses))]);
    }
}
