using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using GpuCgan.Kernels.Devices;

namespace GpuCgan.Host.Commands;

/// <summary>Options that several commands share, and the parsers of their values.</summary>
internal static class CommonOptions
{
    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "Show the stack of an error.", Recursive = true };

    public static Option<string> Device() => new("--device")
    {
        Description = "auto, cuda[:i], opencl[:i], cpu or cpu-ilgpu.",
        HelpName = "D",
        DefaultValueFactory = _ => "auto",
    };

    public static Option<bool> PlainLaunches() => new("--plain-launches")
    {
        Description = "Launch every kernel of every step from the host, where a step would be recorded once and replayed (CUDA): for diagnosis.",
    };

    public static Option<Precision?> Precision() => new("--precision")
    {
        Description = "Of products of matrices: fp32 (default), or on the tensor cores of an NVIDIA GPU from Ampere on: tf32, with operands of 11 bits, or tf32x3, with operands of 22.",
        HelpName = "fp32|tf32|tf32x3",
        CustomParser = result => PrecisionOf(result.Tokens[0].Value) ?? Refused(result, $"--precision '{result.Tokens[0].Value}': expected fp32, tf32 or tf32x3."),
    };

    /// <summary>As <c>--precision</c> takes it and files name it; fp32 for none.</summary>
    public static string NameOf(Precision? precision) => (precision ?? Kernels.Devices.Precision.Fp32).ToString().ToLowerInvariant();

    /// <summary>What <see cref="NameOf"/> names so; null for no such name.</summary>
    public static Precision? PrecisionOf(string? name)
    {
        foreach (var precision in Enum.GetValues<Precision>())
        {
            if (NameOf(precision) == name)
                return precision;
        }
        return null;
    }

    private static Precision? Refused(ArgumentResult result, string message)
    {
        result.AddError(message);
        return null;
    }

    public static Option<int?> Threads() => Positive("--threads", "Threads of the cpu device; all cores by default.");

    /// <summary>An option that takes a whole number of at least 1.</summary>
    public static Option<int?> Positive(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => ParsePositive(result, name),
    };

    /// <summary>An option that takes whole numbers of at least 1 with commas between them, such as 64,512; none where it is not given.</summary>
    public static Option<int[]> PositiveList(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N,N…",
        Arity = ArgumentArity.ExactlyOne,
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            var values = new List<int>();
            foreach (string part in text.Split(','))
            {
                if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value < 1 || values.Contains(value))
                {
                    result.AddError($"{name} '{text}': expected different whole numbers of at least 1 with commas between them, such as 64,512.");
                    return [];
                }
                values.Add(value);
            }
            return [.. values];
        },
    };

    /// <summary>An option that takes a seed: a whole number of at least 0.</summary>
    public static Option<ulong?> Seed(string description) => new("--seed")
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            if (ulong.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
                return seed;
            result.AddError($"--seed '{result.Tokens[0].Value}': expected a whole number from 0 to 18446744073709551615.");
            return null;
        },
    };

    /// <summary>An option that takes a time, such as 90s, 10m or 2h.</summary>
    public static Option<TimeSpan?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "T",
        CustomParser = result => ParseTime(result, name),
    };

    /// <summary>Opens the device, or says in one line why not.</summary>
    public static ComputeDevice Open(string device, int? threads, bool profiling = false, bool plainLaunches = false, Precision? precision = null)
    {
        if (threads is not null && device is not ("cpu" or "auto"))
            throw new UsageException($"--threads {threads}: only --device cpu has threads, not '{device}'.");
        if (threads > 1024)
            throw new UsageException($"--threads {threads}: expected 1 to 1024.");
        return ComputeDevice.Open(device, threads, profiling, recordSteps: !plainLaunches, precision ?? Kernels.Devices.Precision.Fp32);
    }

    private static int? ParsePositive(ArgumentResult result, string name)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= 1)
            return value;
        result.AddError($"{name} '{result.Tokens[0].Value}': expected a whole number of at least 1.");
        return null;
    }

    private static TimeSpan? ParseTime(ArgumentResult result, string name)
    {
        string text = result.Tokens[0].Value;
        double unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        if (unit > 0 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && value > 0 && value * unit <= 365 * 86400)
            return TimeSpan.FromSeconds(value * unit);
        result.AddError($"{name} '{text}': expected a time such as 90s, 10m or 2h.");
        return null;
    }
}
