using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Standins.Tests.Ilgpu;

/// <summary>Buffers, views and copies, as the host sees them.</summary>
public class MemoryTests
{
    [Fact]
    public void AnIndexIsTheElement()
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D([10, 11, 12, 13]);
        ArrayView<int> view = buffer.View;

        view[2] = 42;
        view[3L]++;
        view[new Index1D(0)] += view[new LongIndex1D(1)];
        buffer.View[1] = -1;

        Assert.Equal([21, -1, 42, 14], buffer.GetAsArray1D());
    }

    [Fact]
    public void LengthsAreInElementsAndInBytes()
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D<double>(5);
        ArrayView<double> view = buffer.View;

        Assert.Equal((5L, 40L, 8), (buffer.Length, buffer.LengthInBytes, buffer.ElementSize));
        Assert.Equal((5L, 5, 40L, 8), (view.Length, view.IntLength, view.LengthInBytes, ArrayView<double>.ElementSize));
        Assert.Equal((5L, 5L, 40L), ((long)buffer.View.Extent, buffer.View.Length, buffer.View.LengthInBytes));
    }

    [Fact]
    public void ASubViewIsAWindowThatWritesThrough()
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D([0, 1, 2, 3, 4, 5, 6, 7]);
        ArrayView<int> view = buffer.View;

        ArrayView<int> window = view.SubView(2, 5), inner = window.SubView(1L, 3L), rest = window.SubView(3);
        inner[0] = 30;
        rest[1] = 60;

        Assert.Equal([2, 30, 4, 5, 60], window.GetAsArray());
        Assert.Equal([30, 4, 5], inner.GetAsArray());
        Assert.Equal([5, 60], rest.GetAsArray());
        Assert.Equal([30, 4], buffer.View.SubView(3, 2).GetAsArray1D());
        Assert.Equal([0, 1, 2, 30, 4, 5, 60, 7], buffer.GetAsArray1D());
    }

    [Fact]
    public void ACastKeepsBytesAndDropsABrokenRest()
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D([1f, 2f, 3f, 4f, 5f]);
        ArrayView<float> view = buffer.View;

        ArrayView<uint> bits = view.SubView(1, 4).Cast<uint>();
        ArrayView<(float, float)> pairs = view.Cast<(float, float)>();

        Assert.Equal(Interop.FloatAsInt(2f), bits[0]);
        Assert.Equal((4, 2L), (bits.IntLength, pairs.Length));
        Assert.Equal((3f, 4f), pairs[1]);
        Assert.Equal(20L, buffer.View.Cast<float, byte>().Length);
    }

    [Fact]
    public void CopiesReachTheirWindowAlone()
    {
        using var device = new Device();
        using var stream = device.Accelerator.CreateStream();
        using var a = device.Accelerator.Allocate1D([1, 2, 3, 4, 5, 6]);
        using var b = device.Accelerator.Allocate1D<int>(6);
        ArrayView<int> viewA = a.View, viewB = b.View;
        b.MemSetToZero();

        viewB.SubView(1, 3).CopyFromCPU([7, 8, 9]);
        viewA.SubView(4, 2).CopyTo(stream, viewB.SubView(4, 2));
        Assert.Equal([0, 7, 8, 9, 5, 6], b.GetAsArray1D());

        b.View.CopyFrom(stream, a.View);
        b.View.SubView(0, 2).CopyFromCPU(stream, new ReadOnlySpan<int>([-1, -2]));
        var four = new int[4];
        viewB.SubView(1, 4).CopyToCPU(stream, four.AsSpan());
        Assert.Equal([-2, 3, 4, 5], four);

        var six = new int[6];
        b.CopyToCPU(stream, six);
        Assert.Equal([-1, -2, 3, 4, 5, 6], six);
        b.View.CopyToCPU(ref six[3], 2);
        Assert.Equal([-1, -2, 3, -1, -2, 6], six);
        a.CopyFromCPU(stream, six);
        Assert.Equal(six, viewA.GetAsArray(stream));
    }

    [Fact]
    public void MemSetSetsBytesOfItsWindow()
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D([1, 2, 3, 4]);

        buffer.View.SubView(1, 2).MemSet(device.Stream, 1);
        Assert.Equal([1, 0x01010101, 0x01010101, 4], buffer.GetAsArray1D());
        ((ArrayView<int>)buffer.View).SubView(3, 1).MemSetToZero();
        Assert.Equal([1, 0x01010101, 0x01010101, 0], buffer.GetAsArray1D());
        buffer.MemSetToZero(device.Stream);
        Assert.Equal([0, 0, 0, 0], buffer.GetAsArray1D());
    }

    [Fact]
    public void EmptyBuffersAndDefaultViewsAreInvalid()
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D<int>(0);

        Assert.False(default(ArrayView<int>).IsValid);
        Assert.False(ArrayView<int>.Empty.IsValid);
        Assert.False(buffer.View.IsValid);
        Assert.Equal(0, buffer.View.Length);
        Assert.Empty(buffer.GetAsArray1D());
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D<int>(4);

        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.CopyFromCPU(new int[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.CopyFromCPU(new int[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.CopyToCPU(new int[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Accelerator.Allocate1D<int>(-1));
        Assert.Throws<ArgumentNullException>(() => buffer.CopyFromCPU(null!));
    }

    [Fact]
    public void AnAcceleratorTakesItsBuffersAlong()
    {
        MemoryBuffer1D<int, Stride1D.Dense> buffer;
        using (var device = new Device())
            buffer = device.Accelerator.Allocate1D([1, 2, 3]);

        Assert.True(buffer.IsDisposed);
        Assert.Equal(0, buffer.NativePtr);
    }

    [Fact]
    public void MarkersMeasureWhatRanBetweenThem()
    {
        using var device = new Device();
        using var start = device.Stream.AddProfilingMarker();
        Thread.Sleep(20);
        using var end = device.Stream.AddProfilingMarker();
        end.Synchronize();

        Assert.InRange((end - start).TotalMilliseconds, 15, 20_000);
        Assert.Equal(end - start, end.MeasureFrom(start));
    }
}
