using Microsoft.CodeAnalysis;

namespace GpuCgan.Mutation;

/// <summary>One change of one expression.</summary>
/// <param name="Tree">Where it stands.</param>
/// <param name="Node">What is replaced.</param>
/// <param name="Text">What replaces it.</param>
/// <param name="Kind">Scaled, negated, zeroed, dropped term, or sign of a term.</param>
internal sealed record Mutant(SyntaxTree Tree, SyntaxNode Node, string Text, string Kind)
{
    public string FileName => Path.GetFileName(Tree.FilePath);

    /// <summary>The operator's name: that of its file, without what a partial type's file adds.</summary>
    public string Operator => FileName.Split('.')[0];

    public override string ToString() =>
        $"{FileName}:{Tree.GetLineSpan(Node.Span).StartLinePosition.Line + 1} {Kind}: {OneLine(Node.ToString())} → {OneLine(Text)}";

    private static string OneLine(string text) => string.Join(' ', text.Split((char[])[' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries));
}
