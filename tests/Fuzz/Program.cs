using System.Globalization;
using GpuCgan.Fuzz;

// dotnet run -c Release --project tests/Fuzz -- [--cases N] [--seed S] [--first K] [--reader NAME]
int cases = 10_000, seed = 1, first = 0;
string? only = null;
for (int i = 0; i < args.Length; i++)
{
    string? value = i + 1 < args.Length ? args[i + 1] : null;
    bool isRead = args[i] switch
    {
        "--cases" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out cases),
        "--seed" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed),
        "--first" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out first),
        "--reader" => (only = value) is not null,
        _ => false,
    };
    i++;
    if (!isRead)
    {
        Console.Error.WriteLine($"error: '{args[i - 1]}' is no option or lacks its value; expected --cases N, --seed S, --first K or --reader NAME");
        return 2;
    }
}

using FuzzTargets targets = new();
var chosen = targets.All.Where(target => only is null || target.Name == only).ToList();
if (chosen.Count == 0)
{
    Console.Error.WriteLine($"error: there is no reader '{only}'; expected {string.Join(", ", targets.All.Select(target => target.Name))}");
    return 2;
}

bool isSound = true;
foreach (var target in chosen)
{
    FuzzReport report = Fuzzer.Run(target, cases, seed, first);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{report.Target,-16} {report.Cases,9} cases, {report.Accepted,8} read, at most {report.MostAllocated / 1024.0,9:0.0} KB and {report.Slowest.TotalMilliseconds,7:0.0} ms a case, {report.Failures.Count} failures (seed {seed})"));
    foreach (string failure in report.Failures)
        Console.WriteLine($"  {failure}");
    isSound &= report.Failures.Count == 0;
}

return isSound ? 0 : 1;
