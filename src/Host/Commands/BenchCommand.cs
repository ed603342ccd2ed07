using System.CommandLine;
using GpuCgan.Host.Output;
using GpuCgan.Host.Profiling;
using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Commands;

/// <summary><c>bench</c>: how long a training step takes, over batch sizes and numbers of threads.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var workload = new WorkloadOptions();
        var device = CommonOptions.Device();
        var threads = CommonOptions.PositiveList("--threads", "Numbers of threads of the cpu device, such as 1,2. Default: all cores.");
        var batchSizes = CommonOptions.PositiveList("--batch-size", "Batch sizes, such as 64,512. Default: the recipe's.");
        var precision = CommonOptions.Precision();
        var plain = CommonOptions.PlainLaunches();
        var json = new Option<bool>("--json") { Description = "Print JSON in place of the table." };
        var command = new Command("bench", "Time whole training steps over batch sizes and numbers of threads.") { batchSizes, threads, device, precision, plain, json };
        workload.AddTo(command);
        command.SetAction(parsed =>
        {
            int?[] sizes = OrNone(parsed.GetValue(batchSizes)!), teams = OrNone(parsed.GetValue(threads)!);
            Recipe[] recipes = [.. sizes.Select(size => workload.Recipe(parsed, size))];
            var data = workload.Data(parsed, recipes.Max(recipe => recipe.BatchSize));
            IStageDisplay stages = new StageDisplay();
            var cases = new List<BenchCase>();
            string id = "", name = "";
            foreach (var recipe in recipes)
            {
                BenchCase? first = null;
                foreach (int? team in teams)
                {
                    using var opened = CommonOptions.Open(parsed.GetValue(device)!, team, plainLaunches: parsed.GetValue(plain), precision: parsed.GetValue(precision));
                    if (opened.Threads == 0 && teams.Length > 1)
                        throw new UsageException($"--threads {string.Join(',', teams)}: --device {parsed.GetValue(device)} is {opened.Id}, which has no threads; use --device cpu.");
                    id = opened.Id;
                    // The number of threads is a column.
                    name = opened.Threads > 0 ? $"CPU, {WideVectors.Description}" : opened.Name;
                    BenchCase? measured = null;
                    stages.Run($"batch {recipe.BatchSize} on {opened.Name}", _ => measured = StepBench.Run(opened, recipe, data, workload.WarmUp(parsed), workload.Timed(parsed), stages));
                    first ??= measured!;
                    cases.Add(measured! with { SpeedUp = first.StepSeconds.Median / measured.StepSeconds.Median });
                }
            }
            Print(new BenchResult
            {
                Format = BenchResult.CurrentFormat,
                Version = ProgramVersion.Text,
                Backend = DeviceCatalog.Backend,
                Device = id,
                DeviceName = name,
                Precision = CommonOptions.NameOf(parsed.GetValue(precision)),
                Data = data.Name,
                Image = data.Shape,
                Classes = data.Classes,
                Cases = cases,
                Recipe = RecipeFile.ToJson(recipes[0]),
            }, parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The numbers that were asked for; where there are none, one case that is left to the defaults.</summary>
    private static int?[] OrNone(int[] asked) => asked.Length == 0 ? [null] : [.. asked.Select(number => (int?)number)];

    private static void Print(BenchResult result, bool json)
    {
        if (json)
        {
            using var output = Console.OpenStandardOutput();
            output.Write(MeasurementJson.Of(result));
            return;
        }
        foreach (string line in BenchText.Of(result))
            Console.Out.WriteLine(line);
    }
}
