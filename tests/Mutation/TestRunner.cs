using System.Reflection;
using System.Runtime.Loader;

namespace GpuCgan.Mutation;

/// <summary>
/// Runs the facts and theories of a test assembly in this process, one after another, until one fails. Much faster to start than a test host, and enough for these tests:
/// constructors, methods, rows of data, Dispose.
/// </summary>
internal static class TestRunner
{
    /// <summary>Every class, or every device.</summary>
    public const string All = "*";

    /// <param name="assemblyPath">The tests.</param>
    /// <param name="classes">The classes that are run, separated by commas.</param>
    /// <param name="device">Rows that begin with the name of another device are left out.</param>
    /// <returns>The name of the first test that failed, or null.</returns>
    /// <exception cref="ArgumentException">There was no test to run.</exception>
    public static string? FirstFailure(string assemblyPath, string classes, string device)
    {
        string[] wanted = classes.Split(',');
        AssemblyDependencyResolver resolver = new(assemblyPath);
        AssemblyLoadContext.Default.Resolving += (context, name) => resolver.ResolveAssemblyToPath(name) is { } path ? context.LoadFromAssemblyPath(path) : null;
        Assembly tests = AssemblyLoadContext.Default.LoadFromAssemblyPath(assemblyPath);
        int ran = 0;
        foreach (Type type in tests.GetExportedTypes().Where(type => type is { IsClass: true, IsAbstract: false } && (classes == All || wanted.Contains(type.Name))).OrderBy(type => type.Name, StringComparer.Ordinal))
        {
            foreach (MethodInfo method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => IsTest(method, out _)))
            {
                IsTest(method, out bool isTheory);
                foreach (object?[] row in isTheory ? Rows(method) : [[]])
                {
                    if (device != All && row is [string other, ..] && other != device && other.StartsWith("cpu", StringComparison.Ordinal))
                        continue;
                    ran++;
                    if (!Passes(type, method, row))
                        return $"{type.Name}.{method.Name}({string.Join(", ", row)})";
                }
            }
        }

        return ran > 0 ? null : throw new ArgumentException($"No test of {classes} on {device} in {assemblyPath}.");
    }

    private static bool IsTest(MethodInfo method, out bool isTheory)
    {
        var names = method.GetCustomAttributes().Where(a => a.GetType().GetProperty("Skip")?.GetValue(a) is null).Select(a => a.GetType()).SelectMany(WithBases).ToHashSet();
        isTheory = names.Contains("TheoryAttribute");
        return names.Contains("FactAttribute");
    }

    private static IEnumerable<string> WithBases(Type? type)
    {
        for (; type is not null; type = type.BaseType)
            yield return type.Name;
    }

    /// <summary>The rows of a theory's data attributes, without those that are skipped.</summary>
    private static IEnumerable<object?[]> Rows(MethodInfo method)
    {
        foreach (Attribute attribute in method.GetCustomAttributes().Where(a => WithBases(a.GetType()).Contains("DataAttribute")))
        {
            if (attribute.GetType().GetProperty("Skip")!.GetValue(attribute) is not null)
                continue;
            foreach (object?[] row in (IEnumerable<object?[]>)attribute.GetType().GetMethod("GetData")!.Invoke(attribute, [method])!)
                yield return row;
        }
    }

    private static bool Passes(Type type, MethodInfo method, object?[] row)
    {
        object? test = null;
        try
        {
            test = Activator.CreateInstance(type);
            ParameterInfo[] parameters = method.GetParameters();
            object?[] arguments = [.. row.Select((value, i) => Converted(value, parameters[i].ParameterType))];
            if (method.Invoke(test, arguments) is Task task)
                task.GetAwaiter().GetResult();
            return true;
        }
        catch (Exception)
        {
            // Whatever it is, the test noticed.
            return false;
        }
        finally
        {
            (test as IDisposable)?.Dispose();
        }
    }

    /// <summary>A literal of a narrower type where the test takes a wider one.</summary>
    private static object? Converted(object? value, Type type) =>
        value is IConvertible && !type.IsInstanceOfType(value) && !type.IsEnum ? Convert.ChangeType(value, Nullable.GetUnderlyingType(type) ?? type, System.Globalization.CultureInfo.InvariantCulture) : value;
}
