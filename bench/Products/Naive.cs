using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Products;

/// <summary>C = A·B by the definition, one lane an element: what tiles, shared memory and registers are compared with.</summary>
internal sealed class Naive(ComputeDevice device)
{
    /// <summary>C[M, N] = A[M, K]·B[K, N], each operand with a row and a column stride.</summary>
    internal readonly record struct Shape(int M, int N, int K, int ARow, int AColumn, int BRow, int BColumn, int CRow);

    private static void Kernel(Index1D i, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, Shape s)
    {
        int row = i / s.N;
        int column = i % s.N;
        float sum = 0;
        for (int k = 0; k < s.K; k++)
            sum += a[row * s.ARow + k * s.AColumn] * b[k * s.BRow + column * s.BColumn];
        c[row * s.CRow + column] = sum;
    }

    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape> _kernel =
        device.Load(on => on.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape>(Kernel));

    public void Forward(Matrix x, Matrix w, Matrix y) =>
        _kernel(device.Stream, y.Rows * y.Columns, x.Data, w.Data, y.Data, new Shape(x.Rows, w.Columns, x.Columns, x.Stride, 1, w.Stride, 1, y.Stride));

    public void InputGradient(Matrix dy, Matrix w, Matrix dx) =>
        _kernel(device.Stream, dx.Rows * dx.Columns, dy.Data, w.Data, dx.Data, new Shape(dy.Rows, w.Rows, dy.Columns, dy.Stride, 1, 1, w.Stride, dx.Stride));

    public void WeightGradient(Matrix x, Matrix dy, Matrix dw) =>
        _kernel(device.Stream, dw.Rows * dw.Columns, x.Data, dy.Data, dw.Data, new Shape(x.Columns, dy.Columns, x.Rows, 1, x.Stride, dy.Stride, 1, dw.Stride));
}
