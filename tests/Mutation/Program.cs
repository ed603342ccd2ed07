using System.Diagnostics;
using System.Globalization;
using GpuCgan.Mutation;

// dotnet run -c Release --project tests/Mutation -- [--sample N] [--seed S] [--operator NAME] [--patience SECONDS] [--list]
if (args is ["--run", var tests, var classes])
{
    string[] wanted = classes.Split(',');
    string? failed = TestRunner.FirstFailure(tests, name => classes == "*" || wanted.Contains(name), out _);
    Console.WriteLine(failed ?? "passed");
    return failed is null ? 0 : 1;
}

int sample = int.MaxValue, seed = 1, patience = 600;
string? only = null;
bool list = false;
for (int i = 0; i < args.Length; i++)
{
    string? value = i + 1 < args.Length ? args[i + 1] : null;
    bool isRead = args[i] switch
    {
        "--sample" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out sample),
        "--seed" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed),
        "--patience" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out patience),
        "--operator" => (only = value) is not null,
        "--list" => list = true,
        _ => false,
    };
    if (!isRead)
    {
        Console.Error.WriteLine($"error: '{args[i]}' is no option or lacks its value; expected --sample N, --seed S, --operator NAME, --patience SECONDS or --list");
        return 2;
    }

    i += args[i] == "--list" ? 0 : 1;
}

string root = AppContext.BaseDirectory;
while (!File.Exists(Path.Combine(root, "GpuCgan.sln")))
    root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("The program lies in no checkout: GpuCgan.sln is not above it.");
string built = Path.Combine(root, "tests", "Kernels.Tests", "bin", "Release", "net10.0");
if (!Directory.Exists(built) || !Directory.Exists(built.Replace("Kernels.Tests", "Network.Tests", StringComparison.Ordinal)))
{
    Console.Error.WriteLine("error: the tests are not built, expected tests/Kernels.Tests and tests/Network.Tests in Release; run 'dotnet build -c Release'");
    return 2;
}

Kernels kernels = new(root, built);
var all = kernels.Mutants(only);
Console.WriteLine($"{all.Count} mutants");
if (list)
{
    foreach (Mutant mutant in all)
        Console.WriteLine(mutant);
    return 0;
}

// The same sample for the same seed: Fisher–Yates.
Mutant[] order = [.. all];
new Random(seed).Shuffle(order);
using Judge judge = new(kernels, root, TimeSpan.FromSeconds(patience));
if (judge.Of(null, out string broken) != Verdict.Survived)
{
    Console.Error.WriteLine($"error: the code as it is does not pass its tests: {broken}");
    return 2;
}

Dictionary<Verdict, int> counts = Enum.GetValues<Verdict>().ToDictionary(verdict => verdict, _ => 0);
foreach (Mutant mutant in order.Take(sample))
{
    long start = Stopwatch.GetTimestamp();
    Verdict verdict = judge.Of(mutant, out string by);
    counts[verdict]++;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{verdict,-9} {Stopwatch.GetElapsedTime(start).TotalSeconds,6:0.0} s  {mutant}  [{by}]"));
}

int judged = counts[Verdict.Killed] + counts[Verdict.TimedOut] + counts[Verdict.Survived];
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{judged} mutants of {all.Count} (seed {seed}): {counts[Verdict.Killed]} killed, {counts[Verdict.TimedOut]} timed out, {counts[Verdict.Survived]} survived, {counts[Verdict.NoMutant]} did not compile; {100.0 * (judged - counts[Verdict.Survived]) / Math.Max(1, judged):0.0} % noticed"));
return 0;
