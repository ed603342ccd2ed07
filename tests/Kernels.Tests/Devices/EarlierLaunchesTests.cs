using System.Reflection;
using System.Reflection.Emit;
using GpuCgan.Kernels.Devices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace GpuCgan.Kernels.Tests.Devices;

/// <summary>What can be told without a GPU; on one, <c>RecordedStepTests</c> compares steps whose kernels start early with plain ones, and bench/Ptx reads the code of all kernels.</summary>
public class EarlierLaunchesTests
{
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static TheoryData<string> Kernels =>
        [.. All().Select(Name).Distinct().Order()];

    /// <summary>A kernel that reads before it waits would read what the launch in front has not written yet: it calls nothing before that has views, by argument or in its fields.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void EveryKernelWaitsBeforeItTouchesAView(string name)
    {
        Assert.All(All().Where(kernel => Name(kernel) == name), kernel =>
        {
            bool waits = false;
            foreach (var called in Calls(kernel))
            {
                waits = called.DeclaringType == typeof(EarlierLaunches);
                if (waits)
                    break;
                Assert.False(HasViews(called.DeclaringType!) || called.GetParameters().Any(p => HasViews(p.ParameterType)), $"{called.DeclaringType}.{called.Name} before the wait");
            }
            Assert.True(waits);
        });
    }

    private static readonly Dictionary<short, OpCode> OpCodesByValue =
        typeof(OpCodes).GetFields(BindingFlags.Static | BindingFlags.Public).Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>The methods and constructors that a method calls, in the order of its code.</summary>
    private static IEnumerable<MethodBase> Calls(MethodInfo method)
    {
        byte[] il = method.GetMethodBody()!.GetILAsByteArray()!;
        for (int at = 0; at < il.Length;)
        {
            short value = il[at++];
            if (value == 0xFE)
                value = (short)(0xFE00 | il[at++]);
            var code = OpCodesByValue[value];
            if (code.OperandType == OperandType.InlineMethod)
                yield return method.Module.ResolveMethod(BitConverter.ToInt32(il, at), method.DeclaringType!.GetGenericArguments(), method.GetGenericArguments())!;
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
                _ => 4,
            };
        }
    }

    private static bool HasViews(Type type)
    {
        if (type.IsByRef)
            type = type.GetElementType()!;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>))
            return true;
        return type.IsValueType && !type.IsPrimitive && !type.IsEnum
            && type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Any(field => field.FieldType != type && HasViews(field.FieldType));
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
