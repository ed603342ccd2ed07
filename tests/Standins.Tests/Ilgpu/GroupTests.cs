using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Standins.Tests.Ilgpu;

/// <summary>Explicitly grouped kernels: indices, shared memory and barriers.</summary>
public class GroupTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(31, 5)]
    [InlineData(256, 4)]
    [InlineData(1024, 2)]
    public void ABlockIsReversedThroughSharedMemory(int lanes, int groups)
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D(Enumerable.Range(0, lanes * groups).ToArray());
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(ReverseBlock);

        kernel(device.Stream, (groups, lanes), buffer.View);

        int[] expected = [.. Enumerable.Range(0, groups).SelectMany(group => Enumerable.Range(group * lanes, lanes).Reverse())];
        Assert.Equal(expected, buffer.GetAsArray1D());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(256)]
    [InlineData(1024)]
    public void ATreeSumsEachGroup(int lanes)
    {
        const int Groups = 3;
        using var device = new Device();
        using var x = device.Accelerator.Allocate1D(Enumerable.Range(1, lanes * Groups).ToArray());
        using var sums = device.Accelerator.Allocate1D<int>(Groups);

        device.Accelerator.LoadKernel<ArrayView<int>, ArrayView<int>>(TreeSum)(device.Stream, (Groups, lanes), x.View, sums.View);

        int[] expected = [.. Enumerable.Range(0, Groups).Select(group => Enumerable.Range(1 + group * lanes, lanes).Sum())];
        Assert.Equal(expected, sums.GetAsArray1D());
    }

    [Theory]
    [InlineData(1, 1, 1, 4)]
    [InlineData(5, 7, 3, 4)]
    [InlineData(17, 33, 65, 8)]
    [InlineData(40, 20, 70, 16)]
    [InlineData(64, 32, 96, 32)]
    public void ATiledProductIsExact(int m, int k, int n, int tile)
    {
        using var device = new Device();
        float[] a = [.. Enumerable.Range(0, m * k).Select(i => (float)(i * 7 % 11 - 5))];
        float[] b = [.. Enumerable.Range(0, k * n).Select(i => (float)(i * 5 % 13 - 6))];
        using var deviceA = device.Accelerator.Allocate1D(a);
        using var deviceB = device.Accelerator.Allocate1D(b);
        using var deviceC = device.Accelerator.Allocate1D<float>(m * n);
        var kernel = device.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, int, int, int>(TiledProduct);

        var grid = new Index2D((n + tile - 1) / tile, (m + tile - 1) / tile);
        kernel(device.Stream, (grid, new Index2D(tile, tile)), deviceA.View, deviceB.View, deviceC.View, m, k, n);

        var expected = new float[m * n];
        for (int row = 0; row < m; row++)
            for (int column = 0; column < n; column++)
                for (int i = 0; i < k; i++)
                    expected[row * n + column] += a[row * k + i] * b[i * n + column];
        Assert.Equal(expected, deviceC.GetAsArray1D());
    }

    [Fact]
    public void EveryLaneOfAGridIsCalledOnceWithItsIndices()
    {
        Index3D grid = new(3, 2, 5), group = new(4, 3, 2);
        using var device = new Device();
        using var seen = device.Accelerator.Allocate1D<int>(grid.Size * group.Size);
        seen.MemSetToZero();

        device.Accelerator.LoadKernel<ArrayView<int>>(CountIndices)(device.Stream, (grid, group), seen.View);

        Assert.All(seen.GetAsArray1D(), count => Assert.Equal(1, count));
    }

    [Fact]
    public void IndicesHoldAcrossBarriers()
    {
        Index3D grid = new(3, 2, 5), group = new(4, 3, 2);
        using var device = new Device();
        using var seen = device.Accelerator.Allocate1D<int>(grid.Size * group.Size);
        seen.MemSetToZero();

        device.Accelerator.LoadKernel<ArrayView<int>>(CountIndicesBehindABarrier)(device.Stream, (grid, group), seen.View);

        Assert.All(seen.GetAsArray1D(), count => Assert.Equal(1, count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(64)]
    public void TwoSharedAllocationsAreTwo(int lanes)
    {
        using var device = new Device();
        using var result = device.Accelerator.Allocate1D<long>(lanes);

        device.Accelerator.LoadKernel<ArrayView<long>>(TwoAllocations)(device.Stream, (1, lanes), result.View);

        // Lane i reads its right neighbour's number from one and the square of its left neighbour's from the other.
        long[] expected = [.. Enumerable.Range(0, lanes).Select(i => (i + 1) % lanes + 1000L * ((i + lanes - 1) % lanes) * ((i + lanes - 1) % lanes))];
        Assert.Equal(expected, result.GetAsArray1D());
    }

    [Fact]
    public void DynamicSharedMemoryHasTheLaunchsLength()
    {
        using var device = new Device();
        using var result = device.Accelerator.Allocate1D<int>(2);
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(DynamicLength);

        kernel(device.Stream, new KernelConfig(1, 4, SharedMemoryConfig.RequestDynamic<int>(48)), result.View);

        Assert.Equal([48, 47], result.GetAsArray1D());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(256)]
    public void BarriersCountAndCombinePredicates(int lanes)
    {
        using var device = new Device();
        using var result = device.Accelerator.Allocate1D<int>(lanes);

        device.Accelerator.LoadKernel<ArrayView<int>>(Vote)(device.Stream, (1, lanes), result.View);

        // The lanes divisible by 3, all are below n, not all are odd, some lane is 0, none is negative.
        Assert.All(result.GetAsArray1D(), value => Assert.Equal((lanes + 2) / 3 * 10000 + 1010, value));
    }

    [Fact]
    public void LaunchesFromSeveralThreadsDoNotMix()
    {
        using var device = new Device();
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(ReverseBlock);

        Parallel.For(0, 8, caller =>
        {
            int lanes = 8 + caller;
            using var buffer = device.Accelerator.Allocate1D(Enumerable.Range(caller * 100, 2 * lanes).ToArray());
            using var stream = device.Accelerator.CreateStream();
            for (int launch = 0; launch < 20; launch++)
                kernel(stream, (2, lanes), buffer.View);
            stream.Synchronize();
            Assert.Equal(Enumerable.Range(caller * 100, 2 * lanes), buffer.GetAsArray1D());
        });
    }

    [Theory]
    [InlineData(0, 16)]
    [InlineData(4, 0)]
    public void AGridWithoutLanesIsRefused(int groups, int lanes)
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D<int>(64);
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(ReverseBlock);

        Assert.Throws<ArgumentOutOfRangeException>(() => kernel(device.Stream, (groups, lanes), buffer.View));
    }

    private static void ReverseBlock(ArrayView<int> data)
    {
        var block = SharedMemory.Allocate<int>(1024);
        int i = Grid.GlobalIndex.X;
        block[Group.IdxX] = data[i];
        Group.Barrier();
        data[i] = block[Group.DimX - 1 - Group.IdxX];
    }

    private static void TreeSum(ArrayView<int> x, ArrayView<int> sums)
    {
        var partial = SharedMemory.Allocate<int>(1024);
        int lane = Group.IdxX;
        partial[lane] = x[Grid.GlobalLinearIndex];
        for (int live = Group.DimX; live > 1; live = (live + 1) / 2)
        {
            Group.Barrier();
            if (lane < live / 2)
                partial[lane] += partial[(live + 1) / 2 + lane];
        }
        if (Group.IsFirstThread)
            sums[Grid.IdxX] = partial[0];
    }

    private static void TiledProduct(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, int m, int k, int n)
    {
        int tile = Group.DimX;
        var tileA = SharedMemory.Allocate<float>(1024);
        var tileB = SharedMemory.Allocate<float>(1024);
        int x = Group.IdxX, y = Group.IdxY;
        int row = Grid.IdxY * tile + y, column = Grid.IdxX * tile + x;
        float sum = 0;
        for (int start = 0; start < k; start += tile)
        {
            tileA[y * tile + x] = row < m && start + x < k ? a[row * k + start + x] : 0;
            tileB[y * tile + x] = start + y < k && column < n ? b[(start + y) * n + column] : 0;
            Group.Barrier();
            for (int i = 0; i < tile; i++)
                sum += tileA[y * tile + i] * tileB[i * tile + x];
            Group.Barrier();
        }
        if (row < m && column < n)
            c[row * n + column] = sum;
    }

    private static void CountIndices(ArrayView<int> seen)
    {
        Index3D index = Grid.GlobalIndex, group = Group.Dimension, grid = Grid.Dimension;
        bool right = index == new Index3D(
            Grid.IdxX * group.X + Group.IdxX, Grid.IdxY * group.Y + Group.IdxY, Grid.IdxZ * group.Z + Group.IdxZ);
        int lane = (Group.IdxZ * Group.DimY + Group.IdxY) * Group.DimX + Group.IdxX;
        int number = ((Grid.IdxZ * Grid.DimY + Grid.IdxY) * Grid.DimX + Grid.IdxX) * group.Size + lane;
        right &= lane == Group.LinearIndex && number == Grid.GlobalLinearIndex && grid.Size == Grid.DimX * Grid.DimY * Grid.DimZ;
        right &= Group.IsFirstThread == (lane == 0) && Group.IsLastThread == (lane == group.Size - 1);
        Atomic.Add(ref seen[number], right ? 1 : 1000);
    }

    private static void CountIndicesBehindABarrier(ArrayView<int> seen)
    {
        Group.Barrier();
        Group.Barrier();
        CountIndices(seen);
    }

    private static void TwoAllocations(ArrayView<long> result)
    {
        var numbers = SharedMemory.Allocate<int>(64);
        var squares = SharedMemory.Allocate<long>(64);
        int lane = Group.IdxX, lanes = Group.DimX;
        numbers[lane] = lane;
        squares[lane] = (long)lane * lane;
        Group.Barrier();
        result[lane] = numbers[(lane + 1) % lanes] + 1000 * squares[(lane + lanes - 1) % lanes];
    }

    private static void DynamicLength(ArrayView<int> result)
    {
        var block = SharedMemory.GetDynamic<int>();
        if (Group.IsFirstThread)
            block[block.IntLength - 1] = 47;
        Group.Barrier();
        if (Group.IsLastThread)
            (result[0], result[1]) = (block.IntLength, block[47]);
    }

    private static void Vote(ArrayView<int> result)
    {
        int lane = Group.IdxX;
        int threes = Group.BarrierPopCount(lane % 3 == 0);
        bool below = Group.BarrierAnd(lane < Group.DimX), odd = Group.BarrierAnd(lane % 2 == 1);
        bool zero = Group.BarrierOr(lane == 0), negative = Group.BarrierOr(lane < 0);
        result[lane] = threes * 10000 + (below ? 1000 : 0) + (odd ? 100 : 0) + (zero ? 10 : 0) + (negative ? 1 : 0);
    }
}
