using System.Diagnostics;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Standins.Tests.Ilgpu;

/// <summary>
/// What a launch says about a defect in its kernel. The package's CPU accelerator ends the process or hangs, so that these are the
/// stand-in's alone.
/// </summary>
public class FailureTests
{
    private static Action<KernelConfig, ArrayView<int>>? launch;

    [Fact]
    public void LanesThatReturnBeforeABarrierAreNamed()
    {
        using var device = new Device();
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(HalfMeets);
        using var buffer = device.Accelerator.Allocate1D<int>(1);

        var error = Assert.Throws<InvalidKernelOperationException>(() => kernel(device.Stream, (new Index2D(2, 3), new Index2D(8, 4)), buffer.View));

        Assert.Equal(
            "Barrier in divergent code in kernel 'FailureTests.HalfMeets', group (1, 2, 0) of (2, 3, 1): "
            + "waiting at Group.Barrier: lanes 0-15, 31 (17 of 32); returned: lanes 16-30 (15 of 32).",
            error.Message);
    }

    [Fact]
    public void ALaneThatMeetsABarrierAloneIsNamed()
    {
        using var device = new Device();
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(OneMeets);
        using var buffer = device.Accelerator.Allocate1D<int>(1);

        var error = Assert.Throws<InvalidKernelOperationException>(() => kernel(device.Stream, (4, 16), buffer.View));

        Assert.Equal(
            "Barrier in divergent code in kernel 'FailureTests.OneMeets', group (0, 0, 0) of (4, 1, 1): "
            + "waiting at Group.BarrierAnd: lane 5 (1 of 16); returned: lanes 0-4 (5 of 16); not started: lanes 6-15 (10 of 16).",
            error.Message);
    }

    [Fact]
    public void LanesAtDifferentBarriersAreNamed()
    {
        using var device = new Device();
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(DifferentBarriers);
        using var buffer = device.Accelerator.Allocate1D<int>(1);

        var error = Assert.Throws<InvalidKernelOperationException>(() => kernel(device.Stream, (1, 6), buffer.View));

        Assert.Contains("waiting at Group.BarrierOr: lanes 0, 2, 4 (3 of 6); waiting at Group.Barrier: lanes 1, 3, 5 (3 of 6).", error.Message);
    }

    [Fact]
    public void DifferentNumbersOfBarriersAreFound()
    {
        using var device = new Device();
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(LaneManyBarriers);
        using var buffer = device.Accelerator.Allocate1D<int>(1);

        var error = Assert.Throws<InvalidKernelOperationException>(() => kernel(device.Stream, (1, 4), buffer.View));

        Assert.Contains("waiting at Group.Barrier: lanes 1-3 (3 of 4); returned: lane 0 (1 of 4).", error.Message);
    }

    [Fact]
    public void SharedMemoryOfDifferentSizesIsFound()
    {
        using var device = new Device();
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(DifferentSizes);
        using var buffer = device.Accelerator.Allocate1D<int>(1);

        var error = Assert.Throws<InvalidKernelOperationException>(() => kernel(device.Stream, (1, 4), buffer.View));

        Assert.Contains("shared allocation 0 is 40 bytes for the first lane that made it and 44 bytes for lane 1", error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(63)]
    public void WhatALaneThrowsBehindABarrierComesOutAndTheNextLaunchRuns(int lane)
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D(new int[64 * 3]);
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>, int>(ThrowBehindABarrier);

        for (int repetition = 0; repetition < 3; repetition++)
            Assert.Equal($"lane {lane} of group 1", Assert.Throws<FormatException>(() => kernel(device.Stream, (3, 64), buffer.View, lane)).Message);
        kernel(device.Stream, (3, 64), buffer.View, -1);

        Assert.All(buffer.GetAsArray1D(), value => Assert.Equal(2, value));
    }

    [Fact]
    public void OfSeveralFailuresTheFirstElementsComesOut()
    {
        using var device = new Device();
        var kernel = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>>(ThrowAtMany);
        using var buffer = device.Accelerator.Allocate1D<int>(1);

        for (int repetition = 0; repetition < 20; repetition++)
            Assert.Equal("element 150000", Assert.Throws<FormatException>(() => kernel(device.Stream, 400_000, buffer.View)).Message);
    }

    [Fact]
    public void AnIndexOutsideInAKernelComesOut()
    {
        using var device = new Device();
        var kernel = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>>((i, data) => data[i] = i);
        using var buffer = device.Accelerator.Allocate1D<int>(100);

        Assert.Throws<IndexOutOfRangeException>(() => kernel(device.Stream, 101, buffer.View));
    }

    [Fact]
    public void NoBufferIsMadeOfAnEmptyArray()
    {
        using var device = new Device();

        Assert.Throws<ArgumentException>(() => device.Accelerator.Allocate1D(Array.Empty<int>()));
    }

    [Fact]
    public void AGroupBeyondTheDeviceIsRefused()
    {
        using var device = new Device();
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(OneMeets);

        Assert.Throws<ArgumentOutOfRangeException>(() => kernel(device.Stream, (1, 1025), default));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel(device.Stream, (new Index2D(1, 1), new Index2D(64, 32)), default));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel(device.Stream, (new Index3D(1, 1, 70_000), new Index3D(1, 1, 1)), default));
    }

    [Fact]
    public void GroupsAreUnknownOutsideGroupedKernels()
    {
        using var device = new Device();
        var kernel = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>>((i, data) => data[i] = Group.IdxX);
        using var buffer = device.Accelerator.Allocate1D<int>(1);

        Assert.Throws<InvalidKernelOperationException>(() => kernel(device.Stream, 1, buffer.View));
        Assert.Throws<InvalidKernelOperationException>(Group.Barrier);
        Assert.Throws<InvalidKernelOperationException>(() => SharedMemory.Allocate<int>(1).Length);
    }

    [Fact]
    public void AKernelThatLaunchesIsRefused()
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D<int>(1);
        launch = device.Accelerator.LoadStreamKernel<ArrayView<int>>(OneMeets);
        var direct = device.Accelerator.LoadStreamKernel<ArrayView<int>>(Launch);
        var behindABarrier = device.Accelerator.LoadStreamKernel<ArrayView<int>>(LaunchBehindABarrier);

        Assert.Contains("launched from within a kernel", Assert.Throws<InvalidKernelOperationException>(() => direct((1, 1), buffer.View)).Message);
        Assert.Contains("launched from within a kernel", Assert.Throws<InvalidKernelOperationException>(() => behindABarrier((1, 4), buffer.View)).Message);
    }

    [Fact]
    public void ManyLaunchesNeedNoMoreThreads()
    {
        using (var warm = new Device())
            LaunchOften(warm, 40);
        int before = Threads();
        for (int repetition = 0; repetition < 5; repetition++)
        {
            using var device = new Device();
            LaunchOften(device, 100);
        }

        // Other test classes run at the same time; 500 leaked groups would be 8,000 threads.
        Assert.InRange(Threads() - before, int.MinValue, 4000);
    }

    private static int Threads()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }

    private static void LaunchOften(Device device, int launches)
    {
        using var buffer = device.Accelerator.Allocate1D(new int[4 * 16]);
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>, int>(ThrowBehindABarrier);
        for (int launch = 0; launch < launches; launch++)
            kernel(device.Stream, (4, 16), buffer.View, -1);
        Assert.All(buffer.GetAsArray1D(), value => Assert.Equal(2, value));
    }

    private static void Launch(ArrayView<int> data) => launch!((1, 1), data);

    private static void LaunchBehindABarrier(ArrayView<int> data)
    {
        Group.Barrier();
        if (Group.IdxX == 2)
            launch!((1, 1), data);
        Group.Barrier();
    }

    private static void HalfMeets(ArrayView<int> unused)
    {
        bool last = Grid.Index == new Index3D(1, 2, 0);
        if (!last || Group.LinearIndex is < 16 or 31)
            Group.Barrier();
    }

    private static void OneMeets(ArrayView<int> unused)
    {
        if (Group.IdxX == 5)
            Group.BarrierAnd(true);
    }

    private static void DifferentBarriers(ArrayView<int> unused)
    {
        if (Group.IdxX % 2 == 0)
            Group.BarrierOr(true);
        else
            Group.Barrier();
    }

    private static void LaneManyBarriers(ArrayView<int> unused)
    {
        for (int i = 0; i <= Group.IdxX; i++)
            Group.Barrier();
    }

    private static void DifferentSizes(ArrayView<int> unused) => SharedMemory.Allocate<int>(10 + Group.IdxX);

    private static void ThrowBehindABarrier(ArrayView<int> data, int lane)
    {
        data[Grid.GlobalIndex.X] = 1;
        Group.Barrier();
        if (Grid.IdxX == 1 && Group.IdxX == lane)
            throw new FormatException($"lane {lane} of group {Grid.IdxX}");
        data[Grid.GlobalIndex.X]++;
        Group.Barrier();
    }

    private static void ThrowAtMany(Index1D i, ArrayView<int> unused)
    {
        if (i >= 150_000)
            throw new FormatException($"element {i.X}");
    }
}
