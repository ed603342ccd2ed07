using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;

namespace GpuCgan.Kernels.Devices;

/// <summary>
/// In a kernel: waits for all lanes of the group and makes what they wrote, to shared memory and to global, visible to one another. ILGPU 1.5.3 translates <see cref="Group.Barrier"/> for
/// OpenCL to a barrier with a fence of global memory alone, and shared memory is not global memory (OpenCL C 3.0, 6.15.8), so there the text is given here. Elsewhere this is <see cref="Group.Barrier"/>.
/// </summary>
internal static class GroupBarrier
{
    /// <summary>Every lane of the group comes here, or none.</summary>
    [IntrinsicImplementation]
    public static void Wait() => Group.Barrier();

    /// <summary>Tells a context's backends how to translate <see cref="Wait"/>. Every context of a GPU needs it; the CPU accelerator runs the method itself.</summary>
    public static void Register(Context.Builder builder)
    {
        var manager = builder.GetIntrinsicManager();
        manager.RegisterMethod(((Action)Wait).Method, new CLIntrinsic(((Action<CLBackend, CLCodeGenerator, Value>)Generate).Method, IntrinsicImplementationMode.GenerateCode));
        manager.RegisterMethod(((Action)Wait).Method, new PTXIntrinsic(((Action)WaitOnCuda).Method, IntrinsicImplementationMode.Redirect));
    }

    private static void WaitOnCuda() => Group.Barrier();

    private static void Generate(CLBackend backend, CLCodeGenerator generator, Value value)
    {
        using var statement = generator.BeginStatement("barrier");
        statement.BeginArguments();
        statement.AppendArgument();
        statement.AppendCommand("CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE");
        statement.EndArguments();
    }
}
