using System.CommandLine;
using System.Globalization;
using GpuCgan.Host.Export;
using GpuCgan.Host.Output;
using GpuCgan.Host.Runs;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Commands;

/// <summary><c>export RUN</c>: the generator of a run as a file that other programs read.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "A run directory or a checkpoint file." };
        var format = new Option<string>("--format") { Description = "onnx: a model that runs elsewhere; safetensors: the weights alone.", HelpName = "onnx|safetensors", Required = true };
        var output = new Option<string?>("--out") { Description = "The file to write. Default: generator.onnx or generator.safetensors.", HelpName = "FILE" };
        var command = new Command("export", "Write the generator of a run for other programs.") { run, format, output };
        command.SetAction(parsed =>
        {
            string kind = parsed.GetValue(format)!;
            if (kind is not ("onnx" or "safetensors"))
                throw new UsageException($"--format '{kind}': expected onnx or safetensors.");
            string path = parsed.GetValue(output) ?? $"generator.{kind}";
            if (path.Length == 0 || Directory.Exists(path))
                throw new UsageException($"--out '{path}': expected a file{(path.Length == 0 ? "" : ", this is a folder")}.");
            Export(parsed.GetValue(run)!, kind, path);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Export(string run, string kind, string path)
    {
        var (checkpoint, header) = Checkpoint(run);
        // Nothing is computed: the weights are read, and written elsewhere.
        using var device = ComputeDevice.Open("cpu", 1);
        using var gan = GanCheckpoint.Load(device, checkpoint);
        try
        {
            if (kind == "onnx")
                ExportedGenerator.WriteOnnx(gan, header, path);
            else
                ExportedGenerator.WriteSafeTensors(gan, header, path);
        }
        catch (NotSupportedException e)
        {
            throw new UsageException($"--format {kind}: {e.Message}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--out '{path}': cannot be written: {e.Message}");
        }
        Messages.Line(string.Create(CultureInfo.InvariantCulture, $"{(gan.HasAverage ? "the average of the generator" : "the generator")} at step {header.Step}, from {checkpoint}"));
        if (kind == "onnx")
            Messages.Line(string.Create(CultureInfo.InvariantCulture, $"{(gan.DescribeGenerator().LabelColumns > 0 ? $"inputs z [batch, {gan.Recipe.Latent}] and label [batch]" : $"input z [batch, {gan.Recipe.Latent}]")}, output image [batch, {gan.Image.Channels}, {gan.Image.Height}, {gan.Image.Width}]"));
        Console.Out.WriteLine(path);
    }

    /// <summary>The checkpoint of a run, or the file itself. A run's checkpoint must be of the run's recipe.</summary>
    private static (string Path, CheckpointHeader Header) Checkpoint(string run)
    {
        string checkpoint = RunDirectory.FindCheckpoint(run);
        var header = GanCheckpoint.ReadHeader(checkpoint);
        if (Directory.Exists(run))
        {
            var directory = RunDirectory.Open(run);
            RunOptions.CheckRecipe(directory.ReadOptions(), header, directory.OptionsFile, checkpoint);
        }
        return (checkpoint, header);
    }
}
