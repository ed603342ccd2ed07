using System.Diagnostics;
using System.Globalization;
using GpuCgan.Mutation;

// dotnet run -c Release --project tests/Mutation -- [--sample N] [--seed S] [--operator NAME] [--minutes N] [--patience SECONDS] [--own] [--list]
if (args is ["--run", var tests, var classes, var device])
{
    string? failed = TestRunner.FirstFailure(tests, classes, device);
    Console.WriteLine(failed ?? "passed");
    return failed is null ? 0 : 1;
}

int sample = int.MaxValue, seed = 1, patience = 600, minutes = int.MaxValue;
string? only = null;
bool list = false, own = false;
for (int i = 0; i < args.Length; i++)
{
    string? value = i + 1 < args.Length ? args[i + 1] : null;
    bool isRead = args[i] switch
    {
        "--sample" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out sample),
        "--seed" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed),
        "--minutes" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out minutes),
        "--patience" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out patience),
        "--operator" => (only = value) is not null,
        "--list" => list = true,
        "--own" => own = true,
        _ => false,
    };
    if (!isRead)
    {
        Console.Error.WriteLine($"error: '{args[i]}' is no option or lacks its value; expected --sample N, --seed S, --operator NAME, --minutes N, --patience SECONDS, --own or --list");
        return 2;
    }

    i += args[i] is "--list" or "--own" ? 0 : 1;
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
if (judge.OfNone(out string broken) != Verdict.Survived)
{
    Console.Error.WriteLine($"error: the code as it is does not pass its tests: {broken}");
    return 2;
}

// The operator's own tests notice most, and in seconds; who survives them is put before all tests afterwards. What --minutes cuts off the sample is as random as the rest.
Dictionary<Verdict, int> counts = Enum.GetValues<Verdict>().ToDictionary(verdict => verdict, _ => 0);
List<Mutant> alive = [];
Stopwatch whole = Stopwatch.StartNew();
foreach (Mutant mutant in order.Take(sample).TakeWhile(_ => whole.Elapsed.TotalMinutes < minutes))
{
    Verdict verdict = Judged(mutant, ownTestsAlone: true);
    if (verdict == Verdict.Survived)
        alive.Add(mutant);
    else
        counts[verdict]++;
}

if (own)
{
    counts[Verdict.Survived] = alive.Count;
}
else
{
    Console.WriteLine($"{alive.Count} survived their own tests; all tests:");
    foreach (Mutant mutant in alive)
        counts[Judged(mutant, ownTestsAlone: false)]++;
}

int judged = counts[Verdict.Killed] + counts[Verdict.TimedOut] + counts[Verdict.Survived], noticed = judged - counts[Verdict.Survived];
var (low, high) = Wilson(noticed, judged);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{judged} mutants of {all.Count} (seed {seed}): {counts[Verdict.Killed]} killed, {counts[Verdict.TimedOut]} timed out, {counts[Verdict.Survived]} survived, {counts[Verdict.NoMutant]} more did not compile; {100.0 * noticed / Math.Max(1, judged):0.0} % noticed, 95 % interval {100 * low:0.0} to {100 * high:0.0} %"));
return 0;

Verdict Judged(Mutant mutant, bool ownTestsAlone)
{
    long start = Stopwatch.GetTimestamp();
    Verdict verdict = judge.Of(mutant, ownTestsAlone, out string by);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{verdict,-9} {Stopwatch.GetElapsedTime(start).TotalSeconds,6:0.0} s  {mutant}  [{by}]"));
    return verdict;
}

// E. B. Wilson 1927: the score interval of a share, which stays inside 0 … 1.
static (double Low, double High) Wilson(int hits, int trials)
{
    const double z = 1.96;
    double n = Math.Max(1, trials), share = hits / n, centre = (share + (z * z / (2 * n))) / (1 + (z * z / n));
    double half = z / (1 + (z * z / n)) * Math.Sqrt((share * (1 - share) / n) + (z * z / (4 * n * n)));
    return (centre - half, centre + half);
}
