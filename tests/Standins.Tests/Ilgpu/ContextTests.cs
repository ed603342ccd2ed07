using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GpuCgan.Standins.Tests.Ilgpu;

/// <summary>Which devices a context has, and what they say of themselves.</summary>
public class ContextTests
{
    [Fact]
    public void AllCpuDevicesAreListedInThePackagesOrder()
    {
        using var context = Context.Create(builder => builder.CPU());

        Assert.Equal(5, context.GetCPUDevices().Count);
        Assert.Equal([16, 1024, 256, 256, 128], context.Devices.Select(device => device.MaxNumThreadsPerGroup));
        Assert.Equal([4, 32, 32, 64, 16], context.Devices.Select(device => device.WarpSize));
        Assert.Same(CPUDevice.Nvidia, context.GetDevice<CPUDevice>(1));
    }

    [Fact]
    public void ADeviceIsRegisteredOnce()
    {
        using var context = Context.Create(builder => builder.CPU(CPUDeviceKind.Intel).CPU(new CPUDevice(16, 8, 1)).CPU(new CPUDevice(16, 4, 2)));

        Assert.Equal([128, 64], context.Devices.Select(device => device.MaxNumThreadsPerGroup));
    }

    [Fact]
    public void AContextWithoutDevicesHasTheDefaultCpu()
    {
        using var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2).Math(MathMode.Fast));

        Assert.Same(CPUDevice.Default, Assert.Single(context.Devices));
        Assert.Same(CPUDevice.Default, context.GetPreferredDevice(preferCPU: false));
        Assert.Equal(OptimizationLevel.O2, context.Properties.OptimizationLevel);
        Assert.Equal(MathMode.Fast, context.Properties.MathMode);
    }

    [Fact]
    public void AnAcceleratorSaysWhatItsDeviceSays()
    {
        using var context = Context.Create(builder => builder.CPU(CPUDeviceKind.AMD));
        using Accelerator accelerator = context.Devices[0].CreateAccelerator(context);

        Assert.Equal(("CPUAccelerator", AcceleratorType.CPU), (accelerator.Name, accelerator.AcceleratorType));
        Assert.Equal((256, 32, 1, 256), (accelerator.MaxNumThreadsPerGroup, accelerator.WarpSize, accelerator.NumMultiprocessors, accelerator.MaxNumThreads));
        Assert.Equal((long.MaxValue, int.MaxValue), (accelerator.MemorySize, accelerator.MaxSharedMemoryPerGroup));
        Assert.Equal(new Index3D(256, 256, 256), accelerator.MaxGroupSize);
        Assert.Same(context, accelerator.Context);
    }

    [Fact]
    public void MarkersNeedProfiling()
    {
        using var context = Context.Create(builder => builder.CPU());
        using Accelerator accelerator = context.Devices[0].CreateAccelerator(context);

        Assert.Throws<NotSupportedException>(accelerator.DefaultStream.AddProfilingMarker);
    }

    [Fact]
    public void CudaAndOpenClAreAskedForInVain()
    {
        using var context = Context.Create(builder => builder.OpenCL().Cuda().CPU(CPUDeviceKind.Nvidia));

        Assert.Equal(0, context.GetCudaDevices().Count);
        Assert.Equal(0, context.GetCLDevices().Count);
        Assert.Single(context.Devices);
        Assert.Throws<NotSupportedException>(() => context.GetCudaDevice(0));
        Assert.Throws<NotSupportedException>(() => context.GetDevice<CLDevice>(0));
    }
}
