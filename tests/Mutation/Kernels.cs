using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace GpuCgan.Mutation;

/// <summary>src/Kernels, compiled in memory against the assemblies of a build of its tests.</summary>
internal sealed class Kernels
{
    private readonly CSharpCompilation _compilation;

    /// <param name="root">The repository.</param>
    /// <param name="tests">The folder of the built tests.</param>
    public Kernels(string root, string tests)
    {
        string project = Path.Combine(root, "src", "Kernels");
        CSharpParseOptions parse = new(LanguageVersion.Preview);
        // What the build generates: the usings that are implicit, and who sees internals.
        string generated = Path.Combine(project, "obj", "Release", "net10.0");
        IEnumerable<string> files = Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(generated, "*.cs"));
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        IEnumerable<string> references = Directory.EnumerateFiles(framework, "*.dll").Where(IsManaged).Concat(Directory.EnumerateFiles(tests, "ILGPU*.dll"));
        _compilation = CSharpCompilation.Create(
            "GpuCgan.Kernels",
            files.Order(StringComparer.Ordinal).Select(file => CSharpSyntaxTree.ParseText(SourceText.From(File.ReadAllText(file)), parse, file)),
            references.Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>Every mutant of the numeric code, in the order of files and lines.</summary>
    public IReadOnlyList<Mutant> Mutants(string? only)
    {
        string[] folders = ["Operators", "Schemes", "Numerics"];
        MutantFinder finder = new(_compilation);
        return [.. _compilation.SyntaxTrees
            .Where(tree => folders.Contains(Path.GetFileName(Path.GetDirectoryName(tree.FilePath))))
            .SelectMany(finder.In)
            .Where(mutant => only is null || mutant.Operator == only)];
    }

    /// <summary>Compiles a mutant, or the code as it is, into a file.</summary>
    /// <returns>The first error, or null.</returns>
    public string? Compile(Mutant? mutant, string path)
    {
        CSharpCompilation compilation = _compilation;
        if (mutant is not null)
        {
            SourceText text = mutant.Tree.GetText().WithChanges(new TextChange(mutant.Node.Span, mutant.Text));
            compilation = compilation.ReplaceSyntaxTree(mutant.Tree, CSharpSyntaxTree.ParseText(text, (CSharpParseOptions)mutant.Tree.Options, mutant.Tree.FilePath));
        }

        using MemoryStream assembly = new();
        EmitResult result = compilation.Emit(assembly);
        if (!result.Success)
            return result.Diagnostics.First(d => d.Severity == DiagnosticSeverity.Error).ToString();
        File.WriteAllBytes(path, assembly.ToArray());
        return null;
    }

    private static bool IsManaged(string file)
    {
        try
        {
            System.Reflection.AssemblyName.GetAssemblyName(file);
            return true;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }
}
