using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Standins.Tests.Ilgpu;

/// <summary>Kernels that are called once an element.</summary>
public class ElementKernelTests
{
    public interface IMap<T>
    {
        static abstract T One { get; }

        T Apply(T x);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000_003)]
    public void EveryElementIsVisitedOnce(int length)
    {
        using var device = new Device();
        using var data = device.Accelerator.Allocate1D(new int[length + 1]);
        var kernel = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>, int>(AddIndex);

        kernel(device.Stream, length, data.View, 5);
        kernel(device.Stream, length, data.View, 1);

        int[] result = data.GetAsArray1D();
        Assert.Equal(0, result[length]);
        Assert.Equal(length, result.Take(length).Where((value, i) => value == 2 * i + 6).Count());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1000)]
    [InlineData(777, 13)]
    public void TwoDimensionsKeepTheirOrder(int width, int height)
    {
        using var device = new Device();
        using var data = device.Accelerator.Allocate1D<int>(width * height);

        device.Accelerator.LoadAutoGroupedStreamKernel<Index2D, ArrayView<int>, int>(Store2D)(new Index2D(width, height), data.View, width);

        Assert.Equal(Enumerable.Range(0, width * height).Select(i => i / width * 1000 + i % width), data.GetAsArray1D());
    }

    [Fact]
    public void ThreeDimensionsKeepTheirOrder()
    {
        using var device = new Device();
        using var data = device.Accelerator.Allocate1D<int>(3 * 5 * 7);

        device.Accelerator.LoadAutoGroupedStreamKernel<Index3D, ArrayView<int>>(Store3D)((3, 5, 7), data.View);

        Assert.Equal(Enumerable.Range(0, 105).Select(i => i / 15 * 100 + i / 3 % 5 * 10 + i % 3), data.GetAsArray1D());
    }

    [Fact]
    public void AGenericKernelIsSpecialised()
    {
        using var device = new Device();
        using var data = device.Accelerator.Allocate1D([1.5f, 2.5f]);

        device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, Scale>(Map)(device.Stream, 2, data.View, new Scale { Factor = 4 });

        Assert.Equal([7f, 11f], data.GetAsArray1D());
    }

    [Fact]
    public void FourteenArgumentsArriveInOrder()
    {
        using var device = new Device();
        using var data = device.Accelerator.Allocate1D<int>(1);
        var kernel = device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, int, int, int, int, int, int, int, int, int, int, int, int, int>(
            (i, to, a, b, c, d, e, f, g, h, j, k, l, m, n) => to[i] = a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * j + 10 * k + 11 * l + 12 * m + 13 * n);

        kernel(1, data.View, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);

        Assert.Equal(Enumerable.Range(1, 13).Sum(i => i * (14 - i)), data.GetAsArray1D()[0]);
    }

    [Fact]
    public void AKernelThatCapturesIsRefused()
    {
        using var device = new Device();
        int captured = device.Accelerator.WarpSize;

        Assert.Throws<NotSupportedException>(
            () => device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>>((i, data) => data[i] = captured));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void AnExtentWithoutElementsIsRefused(int length)
    {
        using var device = new Device();
        using var data = device.Accelerator.Allocate1D<int>(1);
        var kernel = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>, int>(AddIndex);

        Assert.Throws<ArgumentOutOfRangeException>(() => kernel(device.Stream, length, data.View, 5));
    }

    [Fact]
    public void AParameterOfAPrivateTypeIsRefused()
    {
        using var device = new Device();

        Assert.Throws<InternalCompilerException>(() => device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, Secret>(
            (i, data, secret) => data[i] = secret.Value));
    }

    private static void AddIndex(Index1D i, ArrayView<int> data, int offset) => data[i] += i + offset;

    private static void Store2D(Index2D i, ArrayView<int> data, int width) => data[i.Y * width + i.X] = i.Y * 1000 + i.X;

    private static void Store3D(Index3D i, ArrayView<int> data) => data[(i.Z * 5 + i.Y) * 3 + i.X] = i.Z * 100 + i.Y * 10 + i.X;

    private static void Map<TMap>(Index1D i, ArrayView<float> data, TMap map)
        where TMap : struct, IMap<float> =>
        data[i] = map.Apply(data[i]) + TMap.One;

    public struct Scale : IMap<float>
    {
        public float Factor;

        public static float One => 1;

        public readonly float Apply(float x) => x * Factor;
    }

    private struct Secret
    {
        public float Value { get; set; }
    }

    /// <summary>A parameter's type is looked through to its declaring types, which for a type nested in a generic one are generic themselves.</summary>
    [Fact]
    public void AParameterMayBeNestedInAGenericType()
    {
        using var device = new Device();
        using var data = device.Accelerator.Allocate1D(new int[3]);
        var kernel = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>, Outer<Doubling>.Arguments>(Outer<Doubling>.Fill);
        kernel(device.Stream, 3, data.View, new Outer<Doubling>.Arguments { Value = 4 });
        Assert.Equal([4, 4, 4], data.GetAsArray1D());
    }

    public struct Doubling;

    public static class Outer<T> where T : struct
    {
        public struct Arguments
        {
            public int Value;
        }

        public static void Fill(Index1D i, ArrayView<int> data, Arguments arguments) => data[i] = arguments.Value;
    }
}
