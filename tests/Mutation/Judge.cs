using System.Diagnostics;

namespace GpuCgan.Mutation;

/// <summary>What became of a mutant.</summary>
internal enum Verdict
{
    /// <summary>A test failed.</summary>
    Killed,

    /// <summary>The tests did not end in time, or their process died.</summary>
    TimedOut,

    /// <summary>Every test passed.</summary>
    Survived,

    /// <summary>It does not compile, so it is no mutant.</summary>
    NoMutant,
}

/// <summary>Lays a mutant beside copies of the built tests and runs them in processes of their own.</summary>
internal sealed class Judge : IDisposable
{
    private const string Assembly = "GpuCgan.Kernels.dll";
    private const string KernelTests = "GpuCgan.Kernels.Tests.dll";
    private const string NetworkTests = "GpuCgan.Network.Tests.dll";

    private readonly Kernels _kernels;
    private readonly TimeSpan _patience;
    private readonly OperatorTests _tests;
    private readonly string _kernelTests;
    private readonly string _networkTests;
    private readonly string _folder = Directory.CreateTempSubdirectory("gpucgan-mutants-").FullName;

    public Judge(Kernels kernels, string root, TimeSpan patience)
    {
        (_kernels, _patience, _tests) = (kernels, patience, new OperatorTests(root));
        _kernelTests = Copy(root, "Kernels.Tests");
        _networkTests = Copy(root, "Network.Tests");
    }

    /// <param name="mutant">A mutant.</param>
    /// <param name="ownTestsAlone">The tests that name its operator; else all of the kernels' tests and, behind them, the gradients of whole networks.</param>
    /// <param name="by">The test that failed, or the compiler's error.</param>
    public Verdict Of(Mutant mutant, bool ownTestsAlone, out string by) => Of(mutant, out by, ownTestsAlone ? [(_kernelTests, KernelTests, _tests.Of(mutant.Operator))] : AllTests);

    /// <summary>The code as it is, compiled as mutants are, before all tests: if they failed for it, they would for every mutant.</summary>
    /// <param name="by">The test that failed.</param>
    public Verdict OfNone(out string by) => Of(null, out by, AllTests);

    private (string Folder, string Name, string Classes)[] AllTests => [(_kernelTests, KernelTests, TestRunner.All), (_networkTests, NetworkTests, "GradientTests,AdversarialStepTests,ClassifierTests")];

    private Verdict Of(Mutant? mutant, out string by, (string Folder, string Name, string Classes)[] stages)
    {
        string path = Path.Combine(_kernelTests, Assembly);
        if (_kernels.Compile(mutant, path) is { } error)
        {
            by = error;
            return Verdict.NoMutant;
        }

        File.Copy(path, Path.Combine(_networkTests, Assembly), overwrite: true);
        foreach (var (folder, name, classes) in stages)
        {
            ProcessStartInfo start = new("dotnet", [typeof(Judge).Assembly.Location, "--run", Path.Combine(folder, name), classes, TestRunner.All]) { RedirectStandardOutput = true, RedirectStandardError = true };
            // Shapes that nobody chose are slow on the CPU accelerator; a few of them are tests like the others.
            start.Environment["GPUCGAN_RANDOM_SHAPES"] = "3";
            using Process process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(_patience))
            {
                process.Kill(entireProcessTree: true);
                by = $"no end after {_patience.TotalSeconds:0} s";
                return Verdict.TimedOut;
            }

            if (process.ExitCode != 0)
            {
                by = process.ExitCode == 1 ? output.Result.Trim() : $"exit code {process.ExitCode}: {errors.Result.Split('\n')[0]}";
                return process.ExitCode == 1 ? Verdict.Killed : Verdict.TimedOut;
            }
        }

        by = "";
        return Verdict.Survived;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Copy(string root, string project)
    {
        string from = Path.Combine(root, "tests", project, "bin", "Release", "net10.0"), to = Path.Combine(_folder, project);
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return to;
    }
}
