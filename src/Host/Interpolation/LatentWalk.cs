using System.Globalization;
using GpuCgan.Host.Rendering;
using GpuCgan.Network;

namespace GpuCgan.Host.Interpolation;

/// <summary>A walk through latent vectors, from the image of one seed to that of the next, under fixed labels.</summary>
internal sealed record LatentWalk
{
    /// <summary>Rows of different latent vectors in an animation.</summary>
    private const int RowsOfAnimation = 4;

    /// <summary>Columns where there are no labels: images of each seed.</summary>
    private const int ColumnsWithoutLabels = 8;

    /// <summary>Each is a column; empty for a network that is told none, and then a column is an image of its own.</summary>
    public required int[] Labels { get; init; }

    /// <summary>Columns of a sheet and of an animation.</summary>
    public int Columns => Labels.Length > 0 ? Labels.Length : ColumnsWithoutLabels;

    /// <summary>The classes' names, one a label of the network.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The walk's stops, two at least: image k of a seed is what <c>sample --seed</c> draws as its k-th.</summary>
    public required ulong[] Seeds { get; init; }

    /// <summary>Images from a stop to the next, both counted.</summary>
    public required int Steps { get; init; }

    /// <summary>A sheet with a column a label, whose images change from the top to the bottom.</summary>
    public SampleGridPicture Grid(ConditionalGan gan)
    {
        int legs = Seeds.Length - 1, rows = (legs * (Steps - 1)) + 1;
        var images = Draw(gan, 0, Enumerable.Range(0, rows).Select(row => row / (double)(Steps - 1)), closed: false);
        return Sheet(gan.Image, rows, images, string.Create(CultureInfo.InvariantCulture, $"from seed {Seeds[0]} above to seed {Seeds[^1]} below · step {gan.Step}"));
    }

    /// <summary>The walk through time, back to its first stop: frames that can be repeated without a jump.</summary>
    public IEnumerable<SampleGridPicture> Frames(ConditionalGan gan)
    {
        int frames = Seeds.Length * (Steps - 1);
        // [rows][frames, columns, pixels]
        float[][] rows = [.. Enumerable.Range(0, RowsOfAnimation).Select(row => Draw(gan, row, Enumerable.Range(0, frames).Select(frame => frame / (double)(Steps - 1)), closed: true))];
        int size = Columns * gan.Image.Pixels;
        string footer = string.Create(CultureInfo.InvariantCulture, $"through seeds {Seeds[0]} to {Seeds[^1]} · step {gan.Step}");
        for (int frame = 0; frame < frames; frame++)
            yield return Sheet(gan.Image, RowsOfAnimation, [.. rows.SelectMany(row => row.AsSpan(frame * size, size).ToArray())], footer);
    }

    /// <summary>[places, columns, pixels].</summary>
    /// <param name="gan">What draws.</param>
    /// <param name="image">Which image of each seed.</param>
    /// <param name="places">Along the walk, in legs.</param>
    /// <param name="closed">Whether the last stop is followed by the first.</param>
    private float[] Draw(ConditionalGan gan, int image, IEnumerable<double> places, bool closed)
    {
        int[] labels = Labels.Length > 0 ? Labels : new int[Columns];
        // Without labels all columns draw from one sequence of images, and each takes its own.
        float[][][] stops = [.. labels.Select((label, column) => Seeds.Select(seed => gan.Latent(label, Labels.Length > 0 ? image : image * Columns + column, seed)).ToArray())];
        var latents = new List<float>();
        var weights = new List<float>();
        foreach (double place in places)
        {
            int leg = closed ? (int)place : Math.Min((int)place, Seeds.Length - 2);
            for (int i = 0; i < labels.Length; i++)
            {
                latents.AddRange(SphericalWalk.At(stops[i][leg], stops[i][(leg + 1) % Seeds.Length], place - leg));
                weights.AddRange(Enumerable.Range(0, gan.Classes).Select(c => c == labels[i] ? 1f : 0f));
            }
        }
        return gan.Draw([.. latents], [.. weights]);
    }

    private SampleGridPicture Sheet(ImageShape shape, int rows, float[] images, string footer) => new(
        new SampleGrid
        {
            Rows = rows, Columns = Columns, Height = shape.Height, Width = shape.Width, Channels = shape.Channels, Planar = true,
            ColumnLabels = [.. Labels.Select(label => Names[label])], Footer = footer,
        },
        images);
}
