using System.Diagnostics;

namespace GpuCgan.Host.Tests.Commands;

/// <summary>Runs the program as a user does: a process of its own, its streams redirected, its exit code.</summary>
internal sealed record Cli(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static Cli Run(string folder, params string[] arguments) => Finish(Start(folder, arguments), arguments);

    /// <summary>As <see cref="Run"/>, with a variable in the environment.</summary>
    public static Cli RunWith(string folder, (string Name, string Value) variable, params string[] arguments)
    {
        var start = Prepare(folder, arguments);
        start.Environment[variable.Name] = variable.Value;
        return Finish(Process.Start(start)!, arguments);
    }

    public static Process Start(string folder, params string[] arguments) => Process.Start(Prepare(folder, arguments))!;

    public static Cli Finish(Process started, string[] arguments)
    {
        using var process = started;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"gpucgan {string.Join(' ', arguments)} did not end.");
        }
        return new Cli(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>The program <paramref name="program"/>, which lies beside the tests, not yet started.</summary>
    public static ProcessStartInfo Prepare(string folder, string[] arguments, string program = "gpucgan.dll")
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // The tests' own host is 'dotnet'.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) != "dotnet")
            start.FileName = "dotnet";
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Remove("GPUCGAN_DATA");
        return start;
    }

    /// <summary>Bad input: exit code 2, nothing on standard output, one line on standard error that names what is wrong.</summary>
    public void AssertRefused(params string[] named)
    {
        Assert.Equal(2, ExitCode);
        Assert.Equal("", Output);
        Assert.Equal(1, Error.Count(c => c == '\n'));
        Assert.StartsWith("error: ", Error, StringComparison.Ordinal);
        foreach (string text in named)
            Assert.Contains(text, Error, StringComparison.Ordinal);
    }
}
