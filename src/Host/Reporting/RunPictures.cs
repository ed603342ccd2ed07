using GpuCgan.Host.Commands;
using GpuCgan.Host.Rendering;
using GpuCgan.Host.Runs;
using GpuCgan.Network;

namespace GpuCgan.Host.Reporting;

/// <summary>The pictures that <c>train</c> leaves when it ends, beside its sheets and curves.</summary>
internal static class RunPictures
{
    /// <summary>Draws a walk between latent vectors; the same as <c>interpolate</c> without options.</summary>
    public static void Draw(ConditionalGan gan, RunDirectory run, IReadOnlyList<string> names)
    {
        using var sheet = InterpolateCommand.Default(gan.Classes, names).Grid(gan).Draw();
        PngFile.Write(run.InterpolationFile, sheet);
    }
}
