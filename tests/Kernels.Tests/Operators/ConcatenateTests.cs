using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

public class ConcatenateTests
{
    public static IEnumerable<object[]> Shapes => [[1, 1, 1, 1], [7, 3, 5, 2], [2, 63, 64, 3], [3, 65, 1, 4], [2, 1, 300, 5]];

    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void TheColumnsOfBFollowThoseOfA(string device, int rows, int columnsOfA, int columnsOfB, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} {rows}×({columnsOfA}+{columnsOfB}) seed={seed}";
        double[,] all = Draw.Uniform(rows, columnsOfA + columnsOfB, seed);
        using var whole = GuardedMatrix.Of(d, all);
        using var a = GuardedMatrix.Unwritten(d, rows, columnsOfA);
        using var b = GuardedMatrix.Unwritten(d, rows, columnsOfB);
        using var y = GuardedMatrix.Unwritten(d, rows, columnsOfA + columnsOfB);
        var copy = new CopyMatrix(d);
        copy.Launch(whole.Matrix.SliceColumns(0, columnsOfA), a.Matrix);
        copy.Launch(whole.Matrix.SliceColumns(columnsOfA, columnsOfB), b.Matrix);
        float[,] left = a.Read(context), right = b.Read(context);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < all.GetLength(1); j++)
                Assert.Equal(all[i, j], j < columnsOfA ? left[i, j] : right[i, j - columnsOfA]);
        }
        new Concatenate(d).Launch(a.Matrix, b.Matrix, y.Matrix);
        Close.AssertEqual(all, y.Read(context), context);
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var a = GuardedMatrix.Unwritten(d, 2, 3);
        using var b = GuardedMatrix.Unwritten(d, 3, 4);
        using var y = GuardedMatrix.Unwritten(d, 2, 7);
        Assert.Throws<ArgumentException>(() => new Concatenate(d).Launch(a.Matrix, b.Matrix, y.Matrix));
        Assert.Throws<ArgumentException>(() => new Concatenate(d).Launch(a.Matrix, a.Matrix, y.Matrix));
        Assert.Throws<ArgumentException>(() => new CopyMatrix(d).Launch(a.Matrix, b.Matrix));
    }
}
