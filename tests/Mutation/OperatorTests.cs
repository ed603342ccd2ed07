using System.Text.RegularExpressions;

namespace GpuCgan.Mutation;

/// <summary>Which classes of tests a file of numeric code has: those of its name and those whose text names its type, and where there are none, those of the files that name it.</summary>
internal sealed class OperatorTests
{
    private readonly Dictionary<string, HashSet<string>> _testWords;
    private readonly Dictionary<string, HashSet<string>> _codeWords;

    public OperatorTests(string root)
    {
        string tests = Path.Combine(root, "tests", "Kernels.Tests"), code = Path.Combine(root, "src", "Kernels");
        // Random shapes name every operator; they are among all tests.
        _testWords = WordsOf(Directory.EnumerateFiles(tests, "*Tests.cs", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "RandomShapesTests.cs"));
        _codeWords = WordsOf(new[] { "Operators", "Schemes", "Numerics" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(code, folder), "*.cs")));
    }

    /// <summary>The classes, separated by commas, that of the same name first; "*" where no test comes near.</summary>
    public string Of(string type)
    {
        HashSet<string> seen = [type], near = [type];
        while (near.Count > 0)
        {
            string[] classes = [.. _testWords.Where(file => file.Key == $"{type}Tests" || near.Any(file.Value.Contains)).Select(file => file.Key).OrderBy(name => name != $"{type}Tests").ThenBy(name => name, StringComparer.Ordinal)];
            if (classes.Length > 0)
                return string.Join(',', classes);
            near = [.. _codeWords.Where(file => near.Any(file.Value.Contains)).Select(file => file.Key).Where(seen.Add)];
        }

        return "*";
    }

    private static Dictionary<string, HashSet<string>> WordsOf(IEnumerable<string> files) => files
        .GroupBy(file => Path.GetFileName(file).Split('.')[0], StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.SelectMany(file => Regex.Matches(File.ReadAllText(file), @"\w+").Select(match => match.Value)).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
}
