using GpuCgan.Host.Commands;
using GpuCgan.Host.Data;
using GpuCgan.Host.Evaluation;
using GpuCgan.Host.Rendering;
using GpuCgan.Host.Runs;
using GpuCgan.Network;

namespace GpuCgan.Host.Reporting;

/// <summary>The pictures that <c>train</c> leaves when it ends, beside its sheets and curves, and those of <c>evaluate</c>.</summary>
internal static class RunPictures
{
    /// <summary>Draws a walk between latent vectors; the same as <c>interpolate</c> without options.</summary>
    public static void Draw(ConditionalGan gan, RunDirectory run, IReadOnlyList<string> names)
    {
        using var sheet = InterpolateCommand.Default(gan.Recipe, names).Grid(gan).Draw();
        PngFile.Write(run.InterpolationFile, sheet);
    }

    /// <summary>Draws the confusion matrix, where images have labels, and the nearest training images of an evaluation.</summary>
    public static void Draw(RunDirectory run, ImageDataSet train, ImageDataSet generated, EvaluationResult evaluation, ParallelOptions cores)
    {
        if (evaluation.Confusion is { } counts)
        {
            using var confusion = ConfusionPicture.Draw(counts.Generated, evaluation.Classes);
            PngFile.Write(run.ConfusionFile, confusion);
        }
        using var neighbours = NeighbourPicture.Draw(generated, train, cores);
        PngFile.Write(run.NeighboursFile, neighbours);
    }
}
