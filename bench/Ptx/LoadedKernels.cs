using System.Collections;
using System.Reflection;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Runtime;

namespace GpuCgan.Ptx;

/// <summary>
/// The kernels that the operators load: every public operator is made on a device, and what it and its parts hold of ILGPU's launchers is collected. So an operator
/// that is added is checked without being named here.
/// </summary>
internal static class LoadedKernels
{
    /// <summary>Kernels by operator and method, each once.</summary>
    public static IReadOnlyList<(string Name, EntryPointDescription Entry)> Of(ComputeDevice device)
    {
        var found = new Dictionary<string, EntryPointDescription>();
        foreach (var constructor in Operators())
        {
            object made = constructor.Invoke([device]);
            // Who has kernels that are compiled when they are first needed.
            (made as Gemm)?.LoadAll();
            (made as BatchNorm)?.LoadAll();
            Collect(made, made.GetType().Name, found, []);
        }
        // The operators above are on a device in single precision, whose products have the kernels of TF32 beside their own.
        var inTwoPieces = new Gemm(device, Precision.Tf32x3, emulateTensors: false);
        inTwoPieces.LoadAll();
        Collect(inTwoPieces, nameof(Gemm), found, []);
        return [.. found.Select(pair => (pair.Key, pair.Value))];
    }

    /// <summary>Loads each operator behind each other one and prints the pairs that fail; how many did.</summary>
    public static int BadPairs()
    {
        var operators = Operators();
        int bad = 0;
        foreach (var first in operators)
        {
            foreach (var second in operators.Where(o => o != first))
            {
                using var device = ComputeDevice.Open("cpu-ilgpu");
                try
                {
                    first.Invoke([device]);
                    second.Invoke([device]);
                }
                catch (TargetInvocationException e)
                {
                    bad++;
                    Console.WriteLine($"{second.DeclaringType!.Name} behind {first.DeclaringType!.Name}: {e.GetBaseException().Message}");
                }
            }
        }
        Console.WriteLine($"{operators.Length * (operators.Length - 1)} pairs, {bad} bad");
        return bad;
    }

    private static ConstructorInfo[] Operators() =>
    [
        .. typeof(ComputeDevice).Assembly.GetExportedTypes().Where(t => t.Namespace == "GpuCgan.Kernels.Operators").OrderBy(t => t.Name, StringComparer.Ordinal)
            .Select(t => t.GetConstructor([typeof(ComputeDevice)])).OfType<ConstructorInfo>(),
    ];

    private static void Collect(object? part, string owner, Dictionary<string, EntryPointDescription> found, HashSet<object> seen)
    {
        if (part is Delegate launcher)
        {
            if (launcher.TryGetKernel(out var kernel))
            {
                var compiled = kernel.CompiledKernel;
                var entry = compiled.IndexType == IndexType.KernelConfig
                    ? EntryPointDescription.FromExplicitlyGroupedKernel(compiled.SourceMethod)
                    : EntryPointDescription.FromImplicitlyGroupedKernel(compiled.SourceMethod);
                found.TryAdd($"{owner}.{compiled.SourceMethod.Name}{Arguments(compiled.SourceMethod)}", entry);
            }
            return;
        }
        if (part is null or string or Type || part.GetType().IsPrimitive || !seen.Add(part))
            return;
        if (part is IEnumerable many)
        {
            foreach (object? one in many)
                Collect(one, owner, found, seen);
            return;
        }
        if (part.GetType().Assembly != typeof(ComputeDevice).Assembly || part is ComputeDevice)
            return;
        // A type's fields do not hold the private ones of what it inherits from.
        for (var type = part.GetType(); type is not null; type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                Collect(field.GetValue(part), owner, found, seen);
        }
    }

    private static string Arguments(MethodInfo method) => method.IsGenericMethod
        ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>"
        : method.DeclaringType!.IsGenericType ? $"<{string.Join(", ", method.DeclaringType.GetGenericArguments().Select(a => a.DeclaringType is { } outer ? $"{outer.Name}.{a.Name}" : a.Name))}>" : "";

    /// <summary>With its own arguments, which tell TF32 in one piece from that in two.</summary>
    private static string NameOf(Type type) =>
        type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : type.Name;
}
