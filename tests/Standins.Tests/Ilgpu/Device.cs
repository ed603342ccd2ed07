using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace GpuCgan.Standins.Tests.Ilgpu;

/// <summary>An accelerator for one test, with groups of up to 1024 lanes.</summary>
internal sealed class Device : IDisposable
{
    private readonly Context context = Context.Create(builder => builder.CPU(CPUDeviceKind.Nvidia).Profiling().Optimize(OptimizationLevel.O2));

    public Device() => Accelerator = context.GetCPUDevice(0).CreateAccelerator(context);

    public Accelerator Accelerator { get; }

    public AcceleratorStream Stream => Accelerator.DefaultStream;

    public void Dispose()
    {
        Accelerator.Dispose();
        context.Dispose();
    }
}
