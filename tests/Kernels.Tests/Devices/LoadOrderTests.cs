using System.Reflection;
using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Tests.Devices;

/// <summary>Whether an operator's kernels compile must not hang on which operators were there before it. bench/Ptx --pairs takes every pair in a context of its own.</summary>
public class LoadOrderTests
{
    /// <summary>ILGPU kept what they share in a form that the second one did not compile from.</summary>
    [Fact]
    public void BatchNormLoadsBehindBatchNorm2d()
    {
        using var device = ComputeDevice.Open("cpu-ilgpu");
        Assert.NotNull(new BatchNorm2d(device));
        Assert.NotNull(new BatchNorm(device));
    }

    /// <summary>From A to Z and from Z to A: in one of the two each is behind each other.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void EveryOperatorLoadsBehindTheOthers(bool backwards)
    {
        ConstructorInfo[] operators =
        [
            .. typeof(ComputeDevice).Assembly.GetExportedTypes().Where(type => type.Namespace == typeof(BatchNorm).Namespace).OrderBy(type => type.Name, StringComparer.Ordinal)
                .Select(type => type.GetConstructor([typeof(ComputeDevice)])).OfType<ConstructorInfo>(),
        ];
        Assert.Contains(operators, constructor => constructor.DeclaringType == typeof(BatchNorm2d));
        using var device = ComputeDevice.Open("cpu-ilgpu");
        foreach (var constructor in backwards ? operators.Reverse() : operators)
            Assert.NotNull(constructor.Invoke([device]));
    }

    /// <summary>ILGPU holds kernels weakly, and would compile one anew for the next operator that wants it.</summary>
    [Fact]
    public void AKernelIsKeptAsLongAsItsDevice()
    {
        using var device = ComputeDevice.Open("cpu-ilgpu");
        var kernel = Loaded(device);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.True(kernel.IsAlive);
        GC.KeepAlive(device);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Loaded(ComputeDevice device) => new(device.Load(on => on.LoadKernel<ArrayView<float>>(Nothing)).Target);

    private static void Nothing(ArrayView<float> _)
    {
    }
}
