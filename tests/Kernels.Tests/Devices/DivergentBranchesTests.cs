using GpuCgan.Kernels.Devices;
using ILGPU;
using ILGPU.Runtime.CPU;

namespace GpuCgan.Kernels.Tests.Devices;

/// <summary>What can be told without a GPU; bench/Ptx reads the code of all kernels, and on a GPU <c>KeyedShuffleTests</c> and others have lanes that leave a loop at different times.</summary>
public class DivergentBranchesTests
{
    /// <summary>ILGPU lets nobody lower the level behind a context's back but by this way: a version that closes it would show here, and its kernels would be optimised less.</summary>
    [Fact]
    public void BranchesMayDivergeOfKernelsThatAreOptimisedWhole()
    {
        Assert.Equal(OptimizationLevel.O2, DivergentBranches.Level);
        using var context = Context.Create(builder =>
        {
            DivergentBranches.Register(builder);
            builder.CPU();
        });
        Assert.Equal(OptimizationLevel.O2, context.Properties.OptimizationLevel);
        DivergentBranches.Allow(context);
        Assert.Equal(OptimizationLevel.O1, context.Properties.OptimizationLevel);
    }
}
