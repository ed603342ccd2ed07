using System.Text.RegularExpressions;

namespace GpuCgan.Host.Tests.Profiling;

/// <summary>Machine code as the runtime lists it where <c>DOTNET_JitDisasm</c> names methods, for x64.</summary>
internal static partial class JitListing
{
    /// <summary>An innermost loop: its method, and its lines of machine code.</summary>
    internal sealed record Loop(string Method, string[] Lines)
    {
        public int Count(Regex instruction) => Lines.Count(instruction.IsMatch);

        public override string ToString() => $"{Method}: {FusedMultiplyAdds} multiply-adds, {OnTheStack} vectors on the stack, {Calls} calls";

        public int FusedMultiplyAdds => Count(FusedMultiplyAdd());

        /// <summary>Instructions that read or write a vector on the stack.</summary>
        public int OnTheStack => Count(StackVector());

        public int Calls => Count(Call());
    }

    /// <summary>The innermost loops of all methods: from a label to the last jump back to it, with no other such stretch inside.</summary>
    public static IEnumerable<Loop> InnermostLoops(string listing)
    {
        foreach (string method in listing.Split("; Assembly listing for method ")[1..])
        {
            string[] lines = method.Split('\n');
            var labels = new Dictionary<string, int>();
            var loops = new List<(int Start, int End)>();
            for (int i = 0; i < lines.Length; i++)
            {
                if (Label().Match(lines[i]) is { Success: true } label)
                    labels[label.Groups[1].Value] = i;
                else if (Jump().Match(lines[i]) is { Success: true } jump && labels.TryGetValue(jump.Groups[1].Value, out int start))
                    loops.Add((start, i));
            }
            foreach (var loop in loops)
            {
                if (!loops.Exists(other => other != loop && other.Start >= loop.Start && other.End <= loop.End))
                    yield return new Loop(lines[0], lines[loop.Start..(loop.End + 1)]);
            }
        }
    }

    [GeneratedRegex(@"^(G_M\w+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s+j\w+\s+(?:SHORT )?(G_M\w+)")]
    private static partial Regex Jump();

    [GeneratedRegex(@"^\s+vfn?m(add|sub)\w+ ")]
    private static partial Regex FusedMultiplyAdd();

    [GeneratedRegex(@"[xyz]mmword ptr \[r[bs]p")]
    private static partial Regex StackVector();

    [GeneratedRegex(@"^\s+call ")]
    private static partial Regex Call();
}
