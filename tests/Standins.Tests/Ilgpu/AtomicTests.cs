using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Standins.Tests.Ilgpu;

/// <summary>Atomics, with every core at the same word.</summary>
public class AtomicTests
{
    private const int Lanes = 300_000;

    [Fact]
    public void NoAdditionIsLost()
    {
        using var device = new Device();
        using var ints = device.Accelerator.Allocate1D([0]);
        using var uints = device.Accelerator.Allocate1D([0u]);
        using var longs = device.Accelerator.Allocate1D([0L]);
        using var floats = device.Accelerator.Allocate1D([0f]);
        using var doubles = device.Accelerator.Allocate1D([0.0]);

        device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>, ArrayView<uint>, ArrayView<long>, ArrayView<float>, ArrayView<double>>(AddAll)(
            device.Stream, Lanes, ints.View, uints.View, longs.View, floats.View, doubles.View);

        Assert.Equal((Lanes, (uint)Lanes, 1L << 40), (ints.GetAsArray1D()[0], uints.GetAsArray1D()[0], longs.GetAsArray1D()[0] + (1L << 40) - Lanes * (1L << 33)));
        Assert.Equal((Lanes, Lanes / 2.0), (floats.GetAsArray1D()[0], doubles.GetAsArray1D()[0]));
    }

    [Fact]
    public void NoAdditionIsLostInATightLoop()
    {
        using var device = new Device();
        using var counters = device.Accelerator.Allocate1D([0, 0]);

        device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>>(AddOften)(device.Stream, Lanes, counters.View);

        Assert.Equal([50 * Lanes, -50 * Lanes], counters.GetAsArray1D());
    }

    [Fact]
    public void EachTicketIsDrawnOnce()
    {
        using var device = new Device();
        using var counter = device.Accelerator.Allocate1D([0]);
        using var drawn = device.Accelerator.Allocate1D(new int[Lanes]);

        device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>, ArrayView<int>>(Draw)(device.Stream, Lanes, counter.View, drawn.View);

        Assert.Equal(Lanes, drawn.GetAsArray1D().Count(count => count == 1));
    }

    [Fact]
    public void ExtremaAndBitsAreThoseOfAllLanes()
    {
        using var device = new Device();
        using var ints = device.Accelerator.Allocate1D([-5, Lanes * 2, 0, -1, 0]);
        using var floats = device.Accelerator.Allocate1D([-5f, 1e9f]);

        device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>, ArrayView<float>>(Fold)(device.Stream, Lanes, ints.View, floats.View);

        int or = 0, and = -1, xor = 0;
        for (int i = 0; i < Lanes; i++)
            (or, and, xor) = (or | i * 8, and & (i * 2 + 1), xor ^ i * 7);
        Assert.Equal([Lanes - 1, -Lanes + 1, or, and, xor], ints.GetAsArray1D());
        Assert.Equal([Lanes - 1, -Lanes + 1], floats.GetAsArray1D());
    }

    [Fact]
    public void WhatWasThereComesBack()
    {
        using var device = new Device();
        using var x = device.Accelerator.Allocate1D([5, 0, 0, 0, 0, 0, 0]);
        using var f = device.Accelerator.Allocate1D([5f, 0, 0]);

        device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>, ArrayView<float>>(Chain)(device.Stream, 1, x.View, f.View);

        Assert.Equal([9, 5, 7, 3, 3, 9, 9], x.GetAsArray1D());
        Assert.Equal([8f, 5f, 7f], f.GetAsArray1D());
    }

    [Fact]
    public void AGroupCountsInSharedMemory()
    {
        using var device = new Device();
        using var bins = device.Accelerator.Allocate1D<int>(6);

        device.Accelerator.LoadKernel<ArrayView<int>>(Histogram)(device.Stream, (2, 100), bins.View);

        Assert.Equal([34, 33, 33, 33, 34, 33], bins.GetAsArray1D());
    }

    private static void AddAll(
        Index1D i, ArrayView<int> ints, ArrayView<uint> uints, ArrayView<long> longs, ArrayView<float> floats, ArrayView<double> doubles)
    {
        Atomic.Add(ref ints[0], 1);
        Atomic.Add(ref uints[0], 1u);
        Atomic.Add(ref longs[0], 1L << 33);
        Atomic.Add(ref floats[0], 1f);
        Atomic.Add(ref doubles[0], 0.5);
    }

    private static void AddOften(Index1D i, ArrayView<int> counters)
    {
        for (int repetition = 0; repetition < 50; repetition++)
        {
            Atomic.Add(ref counters[0], 1);
            Atomic.Add(ref counters[1], -1);
        }
    }

    private static void Draw(Index1D i, ArrayView<int> counter, ArrayView<int> drawn) =>
        Atomic.Add(ref drawn[Atomic.Add(ref counter[0], 1)], 1);

    private static void Fold(Index1D i, ArrayView<int> ints, ArrayView<float> floats)
    {
        Atomic.Max(ref ints[0], i.X);
        Atomic.Min(ref ints[1], -i.X);
        Atomic.Or(ref ints[2], i.X * 8);
        Atomic.And(ref ints[3], i.X * 2 + 1);
        Atomic.Xor(ref ints[4], i.X * 7);
        Atomic.Max(ref floats[0], (float)i.X);
        Atomic.Min(ref floats[1], (float)-i.X);
    }

    private static void Chain(Index1D i, ArrayView<int> x, ArrayView<float> f)
    {
        x[1] = Atomic.Add(ref x[0], 2);
        x[2] = Atomic.Exchange(ref x[0], 3);
        x[3] = Atomic.CompareExchange(ref x[0], 4, 100);
        x[4] = Atomic.CompareExchange(ref x[0], 3, 9);
        x[5] = Atomic.Max(ref x[0], 4);
        x[6] = Atomic.Min(ref x[0], 40);
        f[1] = Atomic.Add(ref f[0], 2f);
        f[2] = Atomic.Exchange(ref f[0], 8f);
    }

    private static void Histogram(ArrayView<int> bins)
    {
        var counts = SharedMemory.Allocate<int>(3);
        if (Group.IdxX < 3)
            counts[Group.IdxX] = 0;
        Group.Barrier();
        Atomic.Add(ref counts[Grid.GlobalIndex.X % 3], 1);
        Group.Barrier();
        if (Group.IdxX < 3)
            bins[Grid.IdxX * 3 + Group.IdxX] = counts[Group.IdxX];
    }
}
