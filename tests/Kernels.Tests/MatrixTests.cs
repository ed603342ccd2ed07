namespace GpuCgan.Kernels.Tests;

public class MatrixTests
{
    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void SlicesAreTheElementsTheyName(string device)
    {
        var d = TestDevice.Get(device);
        const int rows = 4, columns = 5, stride = 7;
        using var memory = d.Allocate<float>(rows * stride);
        memory.Upload([.. Enumerable.Range(0, rows * stride).Select(i => (float)i)]);
        var whole = new Matrix(memory.View, rows, columns, stride);
        Assert.Equal("4×5", whole.ToString());

        var all = memory.Download();
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                for (int height = 1; row + height <= rows; height++)
                {
                    for (int width = 1; column + width <= columns; width++)
                    {
                        var slice = whole.SliceRows(row, height).SliceColumns(column, width);
                        Assert.Equal((height, width, stride), (slice.Rows, slice.Columns, slice.Stride));
                        // The view ends with the last element, so nothing behind it can be reached.
                        Assert.Equal(stride * (height - 1) + width, slice.Data.Length);
                        Assert.Equal(all[row * stride + column], First(slice));
                        Assert.Equal(slice.Data.Length, whole.SliceColumns(column, width).SliceRows(row, height).Data.Length);
                    }
                }
            }
        }

        float First(Matrix m)
        {
            var result = new float[m.Data.Length];
            ILGPU.Runtime.ArrayViewExtensions.CopyToCPU(m.Data, d.Stream, result);
            return result[0];
        }
    }

    [Fact]
    public void SlicesBeyondTheMatrixAreRefused()
    {
        using var memory = TestDevice.Get("cpu").Allocate<float>(12);
        var matrix = new Matrix(memory.View, 3, 4);
        foreach (var (start, count) in ((int, int)[])[(-1, 2), (0, 5), (4, 1), (3, 2), (1, int.MaxValue), (int.MaxValue, 1), (0, 0), (2, -1)])
            Assert.ThrowsAny<ArgumentException>(() => matrix.SliceColumns(start, count));
        foreach (var (start, count) in ((int, int)[])[(-1, 2), (0, 4), (3, 1), (2, 2), (1, int.MaxValue), (int.MaxValue, 1), (0, 0), (2, -1)])
            Assert.ThrowsAny<ArgumentException>(() => matrix.SliceRows(start, count));
    }

    [Fact]
    public void AMatrixThatItsMemoryCannotHoldIsRefused()
    {
        using var memory = TestDevice.Get("cpu").Allocate<float>(12);
        _ = new Matrix(memory.View, 3, 2, 5);
        Assert.Throws<ArgumentException>(() => new Matrix(memory.View, 3, 3, 5));
        Assert.Throws<ArgumentException>(() => new Matrix(memory.View, 4, 4));
        Assert.Throws<ArgumentException>(() => new Matrix(memory.View, 2, 5, 4));
        Assert.Throws<ArgumentException>(() => new Matrix(memory.View, 0, 4));
        Assert.Throws<ArgumentException>(() => new Matrix(memory.View, 4, 0));
        // 2³⁰ rows of 8 floats would be 2³³, which an int cannot count.
        Assert.Throws<ArgumentException>(() => new Matrix(memory.View, 1 << 30, 4, 8));
    }

    [Theory]
    [InlineData(1, 16), InlineData(15, 16), InlineData(16, 16), InlineData(17, 32), InlineData(784, 784), InlineData(794, 800)]
    public void RowsStartAtMultiplesOf64Bytes(int columns, int stride)
    {
        Assert.Equal(stride, Matrix.AlignedStride(columns));
        var (memory, matrix) = TestDevice.Get("cpu").AllocateMatrix(3, columns);
        using (memory)
            Assert.Equal((3, columns, stride), (matrix.Rows, matrix.Columns, matrix.Stride));
    }
}
