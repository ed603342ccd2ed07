using System.Reflection;
using ILGPU;
using ILGPU.Backends.PTX;

namespace GpuCgan.Kernels.Devices;

/// <summary>
/// Keeps ILGPU from promising NVIDIA's compiler that the lanes of a warp agree where they do not. ILGPU 1.5.3, at its highest level of optimisation, writes <c>bra.uni</c>, "guaranteed to be
/// non-divergent" (PTX ISA, "bra"), for branches that it takes for uniform, and it takes every parameter of a kernel for that, the index of an element among them (its
/// <c>IR/Analyses/Uniforms.cs</c>). A loop whose lanes end at different times then may not end: on an H200 <see cref="Operators.KeyedShuffle"/> did not, for three images.
/// </summary>
/// <remarks>
/// The generator of code asks for the level once more, when all else that follows from it is made: at the level below it writes <c>bra</c>, and NVIDIA's compiler finds out for
/// itself which branches are uniform. bench/Ptx looks that no kernel has a conditional <c>bra.uni</c>.
/// </remarks>
internal static class DivergentBranches
{
    private static readonly MethodInfo? SetLevel = typeof(ContextProperties).GetProperty(nameof(ContextProperties.OptimizationLevel))?.GetSetMethod(nonPublic: true);

    /// <summary>The level that kernels for a GPU are optimised at: the highest, unless ILGPU would not have it lowered for branches then.</summary>
    public static OptimizationLevel Level => SetLevel is null ? OptimizationLevel.O1 : OptimizationLevel.O2;

    /// <summary>Optimises at <see cref="Level"/>, and orders blocks as the highest level does, which is asked for late too.</summary>
    public static void Register(Context.Builder builder) => builder.Optimize(Level).PTXBackend(PTXBackendMode.Enhanced);

    /// <summary>Lets branches diverge, when the context's accelerator is there and before the first kernel is compiled.</summary>
    public static void Allow(Context context) => SetLevel?.Invoke(context.Properties, [OptimizationLevel.O1]);
}
