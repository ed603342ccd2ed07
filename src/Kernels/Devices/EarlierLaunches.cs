using System.Reflection;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime.Cuda;

namespace GpuCgan.Kernels.Devices;

/// <summary>
/// In a kernel, before it reads or writes memory: waits for the launch in front of this one. So a kernel's groups may stand ready while that one ends, where a recorded step says so
/// (<see cref="ProgrammaticEdges"/>); what that saves is in docs/performance.md, "GPU". Elsewhere it does nothing.
/// </summary>
/// <remarks>
/// PTX ISA, "griddepcontrol", from compute capability 9.0 on. The wait is for the end of the launches in front and for all they wrote, and every kernel has it, so that the end of one is the end of all
/// before it. A kernel without it, behind an edge of a recorded step that lets it start, would read what is not yet written: <c>EarlierLaunchesTests</c> and bench/Ptx look that there is none.
/// </remarks>
internal static class EarlierLaunches
{
    /// <summary>Every lane comes here before it reads or writes.</summary>
    [IntrinsicImplementation]
    public static void Await()
    {
    }

    /// <summary>As <see cref="Await()"/>, when <paramref name="places"/> is known, any number that takes to compute what a lane can work out before it reads: so it does that while it waits.</summary>
    [IntrinsicImplementation]
    public static void Await(int places)
    {
    }

    // ILGPU 1.5.3 asks the driver for no architecture above the one that its own instructions need, sm_80, and lets nobody but itself ask for another.
    private static readonly MethodInfo? SetTarget = typeof(CudaCapabilityContext).GetProperty(nameof(CudaCapabilityContext.TargetArchitecture))?.GetSetMethod(nonPublic: true);

    /// <summary>Whether <see cref="Await()"/> waits on a device.</summary>
    public static bool AreAwaited(CudaArchitecture architecture) => SetTarget is not null && architecture >= CudaArchitecture.SM_90;

    /// <summary>Lets the kernels of a device have the instruction, if it is one of theirs: before the first of them is compiled.</summary>
    public static void Allow(CudaCapabilityContext capabilities, CudaArchitecture architecture)
    {
        if (AreAwaited(architecture))
            SetTarget!.Invoke(capabilities, [CudaArchitecture.SM_90]);
    }

    /// <summary>Tells a context's backends how to translate <see cref="Await()"/>. Every context of a GPU needs it.</summary>
    public static void Register(Context.Builder builder)
    {
        var manager = builder.GetIntrinsicManager();
        Register(((Action)Await).Method, ((Action)AwaitByProgram).Method, ((Action)Nothing).Method);
        Register(((Action<int>)Await).Method, ((Action<int>)AwaitByProgram).Method, ((Action<int>)Nothing).Method);

        void Register(MethodInfo method, MethodInfo onHopper, MethodInfo nothing)
        {
            manager.RegisterMethod(method, new PTXIntrinsic(AreAwaited(CudaArchitecture.SM_90) ? onHopper : nothing, IntrinsicImplementationMode.Redirect, CudaArchitecture.SM_90));
            manager.RegisterMethod(method, new PTXIntrinsic(nothing, IntrinsicImplementationMode.Redirect, null, CudaArchitecture.SM_90));
            manager.RegisterMethod(method, new CLIntrinsic(nothing, IntrinsicImplementationMode.Redirect));
        }
    }

    // The launch behind may start when this one's groups end. To let it start sooner (griddepcontrol.launch_dependents) was slower: docs/performance.md, "GPU".
    private static void AwaitByProgram() => CudaAsm.Emit("griddepcontrol.wait;");

    // It waits whatever the number is, and cannot before that is known.
    private static void AwaitByProgram(int places) =>
        CudaAsm.Emit("{ .reg .pred known; setp.ge.s32 known, %0, 0; @known griddepcontrol.wait; @!known griddepcontrol.wait; }", places);

    private static void Nothing()
    {
    }

    private static void Nothing(int places)
    {
    }
}
