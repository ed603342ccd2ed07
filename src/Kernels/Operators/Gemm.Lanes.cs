using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>
    /// A product without shared memory and without barriers, for an OpenCL driver whose device is a CPU: a lane has 4×4 sums and adds the teams' shares one after another, in the order of a tile and to its
    /// bits. There a group's lanes are a loop, which every barrier cuts in two, with all that the lanes hold written down between them; and PoCL 6.0 compiles loops with barriers wrongly now and then
    /// (docs/verification.md).
    /// </summary>
    internal sealed class LaneProduct(ComputeDevice device)
    {
        private static void LaneKernel(
            Index1D i, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Divisor fours, Shape s, Epilogue epilogue)
        {
            EarlierLaunches.Await();
            int row = 4 * fours.Divide(i, out int four);
            int column = 4 * four;
            // In place of a line beyond the last that one is read: what is made of it is not stored.
            int a0 = row * s.ARow, a1 = Math.Min(row + 1, s.M - 1) * s.ARow, a2 = Math.Min(row + 2, s.M - 1) * s.ARow, a3 = Math.Min(row + 3, s.M - 1) * s.ARow;
            int b0 = column * s.BColumn, b1 = Math.Min(column + 1, s.N - 1) * s.BColumn, b2 = Math.Min(column + 2, s.N - 1) * s.BColumn, b3 = Math.Min(column + 3, s.N - 1) * s.BColumn;
            Float4 row0 = default, row1 = default, row2 = default, row3 = default;
            for (int team = 0; team < Teams; team++)
            {
                var sums = default(Float4x4);
                for (int first = team * Run; first < s.K; first += Period)
                {
                    int end = Math.Min(first + Run, s.K);
                    for (int k = first; k < end; k++)
                    {
                        int ofA = k * s.AColumn, ofB = k * s.BRow;
                        sums = Float4x4.AddOuter(sums, new(a[a0 + ofA], a[a1 + ofA], a[a2 + ofA], a[a3 + ofA]), new(b[b0 + ofB], b[b1 + ofB], b[b2 + ofB], b[b3 + ofB]));
                    }
                }
                row0 += sums.Row0;
                row1 += sums.Row1;
                row2 += sums.Row2;
                row3 += sums.Row3;
            }
            var columns = new RowFour(column, 1, s.N);
            Store(c, bias, s, epilogue, row, columns, row0);
            Store(c, bias, s, epilogue, row + 1, columns, row1);
            Store(c, bias, s, epilogue, row + 2, columns, row2);
            Store(c, bias, s, epilogue, row + 3, columns, row3);
        }

        private Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Divisor, Shape, Epilogue>? _kernel;

        public void Launch(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        {
            _kernel ??= device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Divisor, Shape, Epilogue>(LaneKernel, ElementLanes.AGroup));
            int fours = (s.N - 1) / 4 + 1;
            _kernel(device.Stream, ((s.M - 1) / 4 + 1) * fours, a, b, c, bias, new Divisor(fours), s, epilogue);
        }
    }
}
