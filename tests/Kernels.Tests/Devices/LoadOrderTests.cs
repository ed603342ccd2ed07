using System.Reflection;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;

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
}
