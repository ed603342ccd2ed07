using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>
    /// A product with one column, such as the logits: a tile would leave all but one of its columns empty. A group of 16×16 lanes takes 16 rows, and each row's sum is in the order
    /// of <see cref="Strands"/>: strand t adds k = t, t + 16, t + 32, …
    /// </summary>
    internal sealed class MatrixVector
    {
        /// <summary>Reads an element of A's row and its partner in B.</summary>
        private readonly struct PairReader(ArrayView<float> a, ArrayView<float> b, int row, Shape s) : IStrandReader<Pair>
        {
            private readonly ArrayView<float> _a = a, _b = b;
            private readonly int _start = row * s.ARow, _aStep = s.AColumn, _bStep = s.BRow;

            public Pair Read(int place) => new(_a[_start + place * _aStep], _b[place * _bStep]);
        }

        private static void Kernel(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        {
            var shared = SharedMemory.Allocate<float>(Strands.Lanes);
            int lane = Group.IdxX;
            // Neighbouring lanes read along whichever direction of A is contiguous.
            int line = s.AColumn == 1 ? lane / Strands.Count : lane & (Strands.Columns - 1);
            int strand = s.AColumn == 1 ? lane & (Strands.Count - 1) : lane / Strands.Columns;
            int row = Grid.IdxX * Strands.Columns + line;
            // A lane beyond the last row reads that one and does nothing with it.
            int read = Math.Min(row, s.M - 1);
            float beside = epilogue.Beside(c, read * s.CRow, read, 0);
            float shift = epilogue.HasBias != 0 ? bias[0] : 0f;
            var products = new StrandProducts();
            new Strand<PairReader, Pair>(new PairReader(a, b, read, s), strand, s.K, Strands.Count).Walk(ref products);
            float total = Strands.ColumnTotal(shared, products.Value, strand * Strands.Columns + line);
            if (strand == 0 && row < s.M)
                c[row * s.CRow] = epilogue.Apply(total + shift, beside, row, 0);
        }

        private readonly ComputeDevice _device;
        private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue> _kernel;

        public MatrixVector(ComputeDevice device)
        {
            _device = device;
            _kernel = device.FreshCompiler().LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue>(Kernel);
        }

        public void Launch(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue) => _kernel(
            _device.Stream, new KernelConfig((s.M - 1) / Strands.Columns + 1, Strands.Lanes), a, b, c, bias.Length == 0 ? c : bias, s, epilogue);
    }
}
