using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace GpuCgan.Mutation;

/// <summary>
/// Finds what may be changed: wherever a real number (float, or a type of IReal) is assigned, returned, stored or passed on, it is scaled by 1.03, negated and zeroed; wherever two are
/// added or subtracted, one is left out, or its sign turned. 1.03 lies far outside of every limit that a test has, so a mutant that lives shows a line that no test reads.
/// </summary>
internal sealed class MutantFinder(Compilation compilation)
{
    private const string Scale = "1.03f";

    public IEnumerable<Mutant> In(SyntaxTree tree)
    {
        SemanticModel model = compilation.GetSemanticModel(tree);
        foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
        {
            if (node is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression or (int)SyntaxKind.SubtractExpression } sum && RealOf(model, sum) is not null)
            {
                bool adds = sum.IsKind(SyntaxKind.AddExpression);
                yield return new Mutant(tree, sum, $"({sum.Left})", "term dropped");
                yield return new Mutant(tree, sum, adds ? $"({sum.Right})" : $"(-({sum.Right}))", "term dropped");
                yield return new Mutant(tree, sum, $"({sum.Left} {(adds ? '-' : '+')} {sum.Right})", "sign turned");
            }
            else if (node is AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.AddAssignmentExpression } add && RealOf(model, add.Left) is not null)
            {
                yield return new Mutant(tree, add, $"{add.Left} = {add.Right}", "term dropped");
                yield return new Mutant(tree, add, $"{add.Left} -= {add.Right}", "sign turned");
            }

            if (node is ExpressionSyntax value && IsResult(value) && !IsZero(value) && RealOf(model, value) is { } real)
            {
                bool isFloat = real == "float";
                yield return new Mutant(tree, value, isFloat ? $"(({value}) * {Scale})" : $"({real}.Of({Scale}) * ({value}))", "scaled");
                yield return new Mutant(tree, value, $"(-({value}))", "negated");
                yield return new Mutant(tree, value, isFloat ? "0f" : $"{real}.Of(0f)", "zeroed");
            }
        }
    }

    /// <summary>Whether a value leaves the expression it is computed in: initialisers, right-hand sides, results and what is stored.</summary>
    private static bool IsResult(ExpressionSyntax value) => value is not (LiteralExpressionSyntax or RefExpressionSyntax or DeclarationExpressionSyntax or AssignmentExpressionSyntax) && value.Parent switch
    {
        EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent.Parent: LocalDeclarationStatementSyntax } } => true,
        AssignmentExpressionSyntax assignment => assignment.Right == value,
        ReturnStatementSyntax or ArrowExpressionClauseSyntax => true,
        ArgumentSyntax { RefKindKeyword.RawKind: 0, Parent: ArgumentListSyntax { Parent: InvocationExpressionSyntax call } } => call.Expression.ToString().EndsWith(".Store", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>A sum's start: scaled, negated or zeroed it is the same sum.</summary>
    private static bool IsZero(ExpressionSyntax value) => value.ToString() is "T.Of(0f)" or "TWide.Of(0f)" or "default";

    /// <summary>How the type of a real number is written, or null for another type.</summary>
    private static string? RealOf(SemanticModel model, ExpressionSyntax value)
    {
        ITypeSymbol? type = model.GetTypeInfo(value).Type;
        return type switch
        {
            { SpecialType: SpecialType.System_Single } => "float",
            ITypeParameterSymbol parameter when parameter.ConstraintTypes.Any(c => c.Name is "IReal" or "IWide") => parameter.Name,
            { Name: "Real1" or "Real4" or "Real8" or "Real16" } => type.Name,
            _ => null,
        };
    }
}
