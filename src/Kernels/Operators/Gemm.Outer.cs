using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>A product with one k, such as the gradient behind one logit: a sum is one product, and a tile would multiply zeros for the rest of its slice. A lane has one element.</summary>
    internal sealed class Outer
    {
        private static void OuterKernel(
            Index1D i, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Divisor columns, Shape s, Epilogue epilogue)
        {
            EarlierLaunches.Await();
            int row = columns.Divide(i, out int column);
            float product = a[row * s.ARow] * b[column * s.BColumn];
            // A tile's sums start at +0, so none of them is −0. To add +0 here would change nothing: ILGPU takes it away.
            Store(c, bias, s, epilogue, row, column, product == 0f ? 0f : product);
        }

        private readonly ComputeDevice _device;
        private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Divisor, Shape, Epilogue> _kernel;

        public Outer(ComputeDevice device)
        {
            _device = device;
            _kernel = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Divisor, Shape, Epilogue>(OuterKernel, ElementLanes.AGroup));
        }

        public void Launch(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue) =>
            _kernel(_device.Stream, s.M * s.N, a, b, c, bias, new Divisor(s.N), s, epilogue);
    }
}
