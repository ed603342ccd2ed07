using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Standins.Tests.Ilgpu;

/// <summary>What the stand-in promises where the package leaves it open: order, alignment, and what memory holds that nobody wrote.</summary>
public class PromiseTests
{
    [Fact]
    public void LanesTakeTurnsInOrder()
    {
        using var device = new Device();
        using var log = device.Accelerator.Allocate1D<int>(3 * 40);
        using var length = device.Accelerator.Allocate1D([0]);

        device.Accelerator.LoadKernel<ArrayView<int>, ArrayView<int>>(LogTurns)(device.Stream, (1, 40), log.View, length.View);

        Assert.Equal(Enumerable.Range(0, 3).SelectMany(_ => Enumerable.Range(0, 40)), log.GetAsArray1D());
    }

    [Fact]
    public void MemoryIsAlignedLikeAGpus()
    {
        using var device = new Device();
        for (int length = 1; length < 2000; length = length * 3 + 1)
        {
            using var buffer = device.Accelerator.Allocate1D<byte>(length);
            ArrayView<byte> view = buffer.View;
            Assert.Equal(0, buffer.NativePtr % 64);
            Assert.Equal(buffer.NativePtr + 1, length > 1 ? view.SubView(1).LoadEffectiveAddressAsPtr() : buffer.NativePtr + 1);
        }
    }

    [Fact]
    public void MemoryNobodyWroteIsNaN()
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D<float>(1000);

        Assert.All(buffer.GetAsArray1D(), value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void ALaunchAllocatesNothing()
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D(new int[64]);
        var element = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>>((i, data) => data[i]++);
        var grouped = device.Accelerator.LoadKernel<ArrayView<int>>(IncrementGrouped);
        AcceleratorStream stream = device.Stream;

        long before = 0;
        for (int launch = 0; launch < 200; launch++)
        {
            if (launch == 100)
                before = GC.GetAllocatedBytesForCurrentThread();
            element(stream, 64, buffer.View);
            grouped(stream, (4, 16), buffer.View);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.All(buffer.GetAsArray1D(), value => Assert.Equal(400, value));
    }

    [Fact]
    public void SharedMemoryNobodyWroteIsNotWhatAnotherGroupLeft()
    {
        using var device = new Device();
        using var result = device.Accelerator.Allocate1D<float>(8);

        device.Accelerator.LoadKernel<ArrayView<float>>(ReadBeforeWrite)(device.Stream, (8, 4), result.View);

        Assert.All(result.GetAsArray1D(), value => Assert.True(float.IsNaN(value)));
    }

    private static void IncrementGrouped(ArrayView<int> data) => data[Grid.GlobalIndex.X]++;

    private static void ReadBeforeWrite(ArrayView<float> result)
    {
        var block = SharedMemory.Allocate<float>(4);
        if (Group.IsFirstThread)
            result[Grid.IdxX] = block[0] + block[1] + block[2] + block[3];
        Group.Barrier();
        block[Group.IdxX] = Group.IdxX;
    }

    private static void LogTurns(ArrayView<int> log, ArrayView<int> length)
    {
        for (int turn = 0; turn < 3; turn++)
        {
            log[length[0]++] = Group.IdxX;
            Group.Barrier();
        }
    }
}
