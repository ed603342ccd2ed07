using Spectre.Console;

namespace GpuCgan.Host.Output;

/// <summary>Standard error for people: in colour when it is a terminal, in plain lines when it is not. What a program would read goes to standard output.</summary>
internal static class Messages
{
    private static readonly Lazy<IAnsiConsole> Lazy = new(() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));

    /// <summary>Standard error as Spectre sees it.</summary>
    public static IAnsiConsole Terminal => Lazy.Value;

    /// <summary>Whether standard error is a terminal that can be drawn on.</summary>
    public static bool IsTerminal => !Console.IsErrorRedirected && Terminal.Profile.Capabilities.Ansi;

    public static void Error(string message) => Write("error: ", Color.Red, message);

    public static void Warning(string message) => Write("warning: ", Color.Yellow, message);

    /// <summary>A line without a mark.</summary>
    public static void Line(string message)
    {
        if (IsTerminal)
            Terminal.WriteLine(message);
        else
            Console.Error.WriteLine(message);
    }

    private static void Write(string mark, Color color, string message)
    {
        message = message.ReplaceLineEndings(" ");
        if (IsTerminal)
        {
            // In one piece: a bar that is being drawn would come between two.
            Terminal.Write(new Paragraph(mark, new Style(color, decoration: Decoration.Bold)).Append(message + Environment.NewLine));
        }
        else
        {
            Console.Error.WriteLine(mark + message);
        }
    }
}
