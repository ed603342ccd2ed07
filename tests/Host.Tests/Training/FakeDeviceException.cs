using ILGPU.Runtime;

namespace GpuCgan.Host.Tests.Training;

/// <summary>What a driver throws, with a driver's words: a CPU has no driver that could.</summary>
internal sealed class FakeDeviceException(string message) : AcceleratorException(message)
{
    public override AcceleratorType AcceleratorType => AcceleratorType.Cuda;
}
