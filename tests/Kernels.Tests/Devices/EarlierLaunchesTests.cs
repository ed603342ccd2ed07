using System.Reflection;
using GpuCgan.Kernels.Devices;
using ILGPU.Runtime.Cuda;

namespace GpuCgan.Kernels.Tests.Devices;

/// <summary>What can be told without a GPU; on one, <c>RecordedStepTests</c> compares steps whose kernels start early with plain ones, and bench/Ptx reads the code of all kernels.</summary>
public class EarlierLaunchesTests
{
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static TheoryData<string> Kernels =>
        [.. All().Select(Name).Distinct().Order()];

    /// <summary>A kernel that does not wait would read what the launch in front has not written yet.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void EveryKernelWaitsFirst(string name)
    {
        Assert.All(All().Where(kernel => Name(kernel) == name), kernel =>
        {
            byte[] code = kernel.GetMethodBody()!.GetILAsByteArray()!;
            int at = 0;
            // nop, in a debug build.
            while (code[at] == 0x00)
                at++;
            // call
            Assert.Equal(0x28, code[at]);
            var called = kernel.Module.ResolveMethod(BitConverter.ToInt32(code, at + 1), kernel.DeclaringType!.GetGenericArguments(), kernel.GetGenericArguments());
            Assert.Equal(typeof(EarlierLaunches).GetMethod(nameof(EarlierLaunches.Await)), called);
        });
    }

    [Fact]
    public void ThereAreKernels() => Assert.True(Kernels.Count > 40, $"{Kernels.Count}");

    /// <summary>ILGPU lets nobody ask for Hopper's instructions but by this way: a version that closes it would show here, and steps are replayed without it.</summary>
    [Theory]
    [InlineData(8, 0, false), InlineData(8, 9, false), InlineData(9, 0, true), InlineData(10, 0, true)]
    public void KernelsAreCompiledForHopperFromHopperOn(int major, int minor, bool waits)
    {
        var architecture = new CudaArchitecture(major, minor);
        var capabilities = new CudaCapabilityContext(architecture);
        var before = capabilities.TargetArchitecture;
        EarlierLaunches.Allow(capabilities, architecture);
        Assert.Equal(waits, EarlierLaunches.AreAwaited(architecture));
        Assert.Equal(waits ? CudaArchitecture.SM_90 : before, capabilities.TargetArchitecture);
    }

    private static IEnumerable<MethodInfo> All() => typeof(EarlierLaunches).Assembly.GetTypes().SelectMany(type => type.GetMethods(Static)).Where(IsKernel);

    // Kernels are named so; the parts of a weight gradient are added by one that is not.
    private static bool IsKernel(MethodInfo method) =>
        method.ReturnType == typeof(void) && (method.Name.EndsWith("Kernel", StringComparison.Ordinal) || method.Name == "AddParts") && method.GetParameters().Length > 0 && !method.Name.Contains('<');

    private static string Name(MethodInfo method) => $"{method.DeclaringType!.FullName![(method.DeclaringType.Namespace!.Length + 1)..]}.{method.Name}";
}
