using System.Globalization;
using GpuCgan.Host.Rendering;
using GpuCgan.Network;

namespace GpuCgan.Host.Interpolation;

/// <summary>A walk from a label to another: the latent vectors stay, the label's vector becomes a mixture of both.</summary>
internal sealed record LabelWalk
{
    /// <summary>Rows of an animation: images of each seed.</summary>
    private const int RowsOfAnimation = 4;

    public required int From { get; init; }

    public required int To { get; init; }

    /// <summary>The classes' names, one a label of the network.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>A row of the sheet each, and a column of the animation.</summary>
    public required ulong[] Seeds { get; init; }

    /// <summary>Images from one label to the other, both counted.</summary>
    public required int Steps { get; init; }

    private string Way => $"from {Names[From]} to {Names[To]}";

    /// <summary>A sheet whose columns go from one label to the other; a row keeps its latent vector.</summary>
    public SampleGridPicture Grid(ConditionalGan gan)
    {
        string[] labels = [.. Enumerable.Range(0, Steps).Select(column =>
            column == 0 ? Names[From] : column == Steps - 1 ? Names[To] : string.Create(CultureInfo.InvariantCulture, $"{100.0 * column / (Steps - 1):0}%"))];
        var latents = new List<float>();
        var weights = new List<float>();
        foreach (ulong seed in Seeds)
        {
            float[] latent = gan.Latent(From, 0, seed);
            for (int column = 0; column < Steps; column++)
            {
                latents.AddRange(latent);
                weights.AddRange(Mixture(gan.Classes, column / (Steps - 1.0)));
            }
        }
        return Sheet(gan, Seeds.Length, labels, gan.Draw([.. latents], [.. weights]), Way);
    }

    /// <summary>The walk there and back through time.</summary>
    public IEnumerable<SampleGridPicture> Frames(ConditionalGan gan)
    {
        float[] latents = [.. Enumerable.Range(0, RowsOfAnimation).SelectMany(row => Seeds.SelectMany(seed => gan.Latent(From, row, seed)))];
        int images = RowsOfAnimation * Seeds.Length, frames = 2 * (Steps - 1);
        for (int frame = 0; frame < frames; frame++)
        {
            double share = (frame < Steps ? frame : frames - frame) / (Steps - 1.0);
            float[] mixture = Mixture(gan.Classes, share);
            float[] weights = [.. Enumerable.Repeat(mixture, images).SelectMany(w => w)];
            yield return Sheet(gan, RowsOfAnimation, [], gan.Draw(latents, weights), string.Create(CultureInfo.InvariantCulture, $"{Way}: {100 * share:0}%"));
        }
    }

    private float[] Mixture(int classes, double share)
    {
        var weights = new float[classes];
        weights[From] += (float)(1 - share);
        weights[To] += (float)share;
        return weights;
    }

    private static SampleGridPicture Sheet(ConditionalGan gan, int rows, string[] labels, float[] images, string way) => new(
        new SampleGrid
        {
            Rows = rows, Columns = images.Length / gan.Image.Pixels / rows, Height = gan.Image.Height, Width = gan.Image.Width, Channels = gan.Image.Channels, Planar = true,
            ColumnLabels = labels, Footer = string.Create(CultureInfo.InvariantCulture, $"{way} · step {gan.Step}"),
        },
        images);
}
