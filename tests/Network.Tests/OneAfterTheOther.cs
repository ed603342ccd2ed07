using GpuCgan.Kernels.Devices;
using ILGPU.Runtime;

namespace GpuCgan.Network.Tests;

/// <summary>Branches on a device that does them in the order of the code: what a recorded step launches, without a driver that records.</summary>
internal sealed class OneAfterTheOther(ComputeDevice device) : IStepForks
{
    public IReadOnlyList<AcceleratorStream> Sides => device.SideStreams;

    /// <summary>Does a step as it would be recorded.</summary>
    public static void Run(ComputeDevice device, Action step)
    {
        device.Branches = new StepBranches(new OneAfterTheOther(device));
        try
        {
            step();
        }
        finally
        {
            device.Branches = null;
        }
    }

    public void Fork(int side)
    {
    }

    public void Follow(int side, int other)
    {
    }

    public void Join(int side)
    {
    }
}
