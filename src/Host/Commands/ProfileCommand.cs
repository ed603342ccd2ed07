using System.CommandLine;
using GpuCgan.Host.Output;
using GpuCgan.Host.Profiling;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Commands;

/// <summary><c>profile</c>: where the time of a training step goes, kernel by kernel, beside what the device can do.</summary>
internal static class ProfileCommand
{
    private const string StandardOutput = "-";

    public static Command Create()
    {
        var workload = new WorkloadOptions();
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var batchSize = CommonOptions.Positive("--batch-size", "Images a batch. Default: the recipe's.");
        var group = new Option<Grouping>("--group")
        {
            Description = "A line for each shape (default), kernel or operator.",
            HelpName = "shape|kernel|operator",
            CustomParser = result =>
            {
                if (Enum.TryParse(result.Tokens[0].Value, ignoreCase: true, out Grouping grouping) && !char.IsAsciiDigit(result.Tokens[0].Value[0]))
                    return grouping;
                result.AddError($"--group '{result.Tokens[0].Value}': expected shape, kernel or operator.");
                return default;
            },
        };
        var precision = CommonOptions.Precision();
        var json = new Option<string?>("--json") { Description = "Write the profile as JSON; - prints it in place of the table.", HelpName = "FILE" };
        var trace = new Option<string?>("--trace") { Description = "Write the profiled steps for chrome://tracing and Perfetto.", HelpName = "FILE" };
        var command = new Command("profile", "Show where the time of a training step goes, kernel by kernel, beside what the device can do.") { group, batchSize, device, threads, precision, json, trace };
        workload.AddTo(command);
        command.SetAction(parsed =>
        {
            var recipe = workload.Recipe(parsed, parsed.GetValue(batchSize));
            var data = workload.Data(parsed, recipe.BatchSize);
            using var opened = CommonOptions.Open(parsed.GetValue(device)!, parsed.GetValue(threads), profiling: true, precision: parsed.GetValue(precision));
            IStageDisplay stages = new StageDisplay();
            var (profile, steps) = StepProfiler.Run(opened, recipe, data, workload.WarmUp(parsed), workload.Timed(parsed), parsed.GetValue(group), stages);
            byte[] document = MeasurementJson.Of(profile);
            if (parsed.GetValue(trace) is { } tracePath)
                AtomicFile.Write(tracePath, stream => ChromeTrace.Write(stream, $"{opened.Id}: {opened.Name}", steps));
            if (parsed.GetValue(json) == StandardOutput)
            {
                using var output = Console.OpenStandardOutput();
                output.Write(document);
                return ExitCode.Done;
            }
            if (parsed.GetValue(json) is { } jsonPath)
                AtomicFile.Write(jsonPath, stream => stream.Write(document));
            foreach (string line in ProfileText.Of(profile))
                Console.Out.WriteLine(line);
            return ExitCode.Done;
        });
        return command;
    }
}
