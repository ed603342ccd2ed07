using System.CommandLine;
using GpuCgan.Host.Reporting;
using GpuCgan.Host.Runs;

namespace GpuCgan.Host.Commands;

/// <summary><c>report RUN</c>: writes the run's page anew from what lies in the run.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "A run directory, or a checkpoint in one." };
        var command = new Command("report", "Write a run's report.html anew: one page with its pictures, scores, options and the command that reproduces it.") { run };
        command.SetAction(parsed =>
        {
            var directory = RunDirectory.Open(parsed.GetValue(run)!);
            RunReport.Write(directory);
            Console.Out.WriteLine(directory.ReportFile);
            return ExitCode.Done;
        });
        return command;
    }
}
