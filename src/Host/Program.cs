using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using GpuCgan.Host;
using GpuCgan.Host.Commands;
using GpuCgan.Host.Output;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.OutputEncoding = System.Text.Encoding.UTF8;

var root = new RootCommand("Trains conditional GANs on any GPU or the CPU: give a label, get an image.")
{
    DevicesCommand.Create(),
    TrainCommand.Create(),
    SampleCommand.Create(),
    InterpolateCommand.Create(),
    DataCommand.Create(),
    EvaluateCommand.Create(),
    ReportCommand.Create(),
    ExportCommand.Create(),
    ProfileCommand.Create(),
    BenchCommand.Create(),
    CommonOptions.Verbose,
};
var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Errors.Count > 0)
{
    string verb = "";
    for (var result = parsed.CommandResult; result.Parent is CommandResult parent; result = parent)
        verb = result.Command.Name + " " + verb;
    // The parser complains of a missing command before it names the word that is none.
    Messages.Error(verb.Length == 0 && parsed.UnmatchedTokens is [var word, ..]
        ? $"'{word}': no such command or option; the commands are {string.Join(", ", root.Subcommands.Select(c => c.Name))}."
        : $"{parsed.Errors[0].Message} See 'gpucgan {verb}--help'.");
    return ExitCode.BadInput;
}
return ExitCode.Run(parsed, parsed.GetValue(CommonOptions.Verbose));
