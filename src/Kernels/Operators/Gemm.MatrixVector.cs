using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>
    /// A product with one column, such as the logits: a tile would leave all but one of its columns empty. Each row's sum is in the order of <see cref="Strands"/>: strand t adds
    /// k = t, t + 16, t + 32, …
    /// </summary>
    /// <remarks>
    /// Where A's columns are contiguous, its rows those of a gradient's batch, a group of 16×16 lanes takes 16 rows and a lane is a strand. Where its rows are, 64 lanes read a row, eight elements each
    /// and all at once, and their products meet in shared memory, where sixteen lanes add them: a strand that read its own would wait for memory every eight k.
    /// </remarks>
    internal sealed class MatrixVector(ComputeDevice device)
    {
        /// <summary>Rows a group of the kernel for contiguous rows.</summary>
        private const int Rows = 4;

        private const int LanesARow = 64;

        /// <summary>The k that a group reads at once.</summary>
        private const int Chunk = Eight<float>.Places * LanesARow;

        // Two rows' strands, which a warp adds, lie in different banks.
        private const int Pitch = Chunk + Strands.Count;

        /// <summary>Reads an element of A's row and its partner in B.</summary>
        private readonly struct PairReader(ArrayView<float> a, ArrayView<float> b, int row, Shape s) : IStrandReader<Pair>
        {
            private readonly ArrayView<float> _a = a, _b = b;
            private readonly int _start = row * s.ARow, _aStep = s.AColumn, _bStep = s.BRow;

            public Pair Read(int place) => new(_a[_start + place * _aStep], _b[place * _bStep]);
        }

        /// <summary>Writes products to shared memory, where they lie from <paramref name="to"/> on.</summary>
        private readonly struct ProductWriter(ArrayView<float> shared, int to) : IStrandTaker<Pair>
        {
            private readonly ArrayView<float> _shared = shared;
            private readonly int _to = to;

            public void Take(Pair read, int place, bool inside)
            {
                if (inside)
                    _shared[_to + place] = read.A * read.B;
            }
        }

        private static void AcrossKernel(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        {
            var shared = SharedMemory.Allocate<float>(Strands.Lanes);
            int lane = Group.IdxX;
            // Neighbouring lanes read neighbouring rows.
            int row = Grid.IdxX * Strands.Columns + (lane & (Strands.Columns - 1));
            // A lane beyond the last row reads that one and does nothing with it.
            int read = Math.Min(row, s.M - 1);
            EarlierLaunches.Await(read * s.ARow + lane / Strands.Columns * s.AColumn ^ s.K);
            float beside = epilogue.Beside(c, read * s.CRow, read, 0);
            float shift = epilogue.HasBias != 0 ? bias[0] : 0f;
            var products = new StrandProducts();
            new Strand<PairReader, Pair, Eight<Pair>>(new PairReader(a, b, read, s), lane / Strands.Columns, s.K, Strands.Count).Walk(ref products);
            float total = Strands.ColumnTotal(shared, products.Value, lane);
            if (lane < Strands.Columns && row < s.M)
                c[row * s.CRow] = epilogue.Apply(total + shift, beside, row, 0);
        }

        private static void AlongKernel(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        {
            var shared = SharedMemory.Allocate<float>(Rows * Pitch);
            int lane = Group.IdxX;
            int read = Math.Min(Grid.IdxX * Rows + lane / LanesARow, s.M - 1);
            EarlierLaunches.Await(read * s.ARow + (lane & (LanesARow - 1)) * s.AColumn ^ s.K);
            // The row and the strand that a lane adds, if it is one of the 64 that do.
            int line = lane / Strands.Count, strand = lane & (Strands.Count - 1);
            bool adds = line < Rows;
            int row = Grid.IdxX * Rows + line;
            int finished = Math.Min(row, s.M - 1);
            float beside = epilogue.Beside(c, finished * s.CRow, finished, 0);
            float shift = epilogue.HasBias != 0 ? bias[0] : 0f;
            var sum = new StrandSum();
            for (int k = 0; k < s.K; k += Chunk)
            {
                int end = Math.Min(k + Chunk, s.K);
                var writer = new ProductWriter(shared, lane / LanesARow * Pitch - k);
                new Strand<PairReader, Pair, Eight<Pair>>(new PairReader(a, b, read, s), k + (lane & (LanesARow - 1)), end, LanesARow).Walk(ref writer);
                GroupBarrier.Wait();
                if (adds)
                    new Strand<ColumnReader, float, Eight<float>>(new ColumnReader(shared, line * Pitch, 1), strand, end - k, Strands.Count).Walk(ref sum);
                // The products are read; those of the next chunk may come, or the strands.
                GroupBarrier.Wait();
            }
            if (adds)
                shared[lane] = sum.Value;
            GroupBarrier.Wait();
            if (adds && strand == 0 && row < s.M)
                c[row * s.CRow] = epilogue.Apply(Strands.Sixteen(shared, lane, 1) + shift, beside, row, 0);
        }

        // Each compiled when it is first needed.
        private ProductLauncher? _along, _across;

        private ProductLauncher Along => _along ??= Load(AlongKernel);

        private ProductLauncher Across => _across ??= Load(AcrossKernel);

        /// <summary>Compiles both, for who wants to look at them.</summary>
        public void LoadAll()
        {
            _ = Along;
            _ = Across;
        }

        public void Launch(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        {
            if (s.AColumn == 1)
                Along(device.Stream, new KernelConfig((s.M - 1) / Rows + 1, Rows * LanesARow), a, b, c, bias, s, epilogue);
            else
                Across(device.Stream, new KernelConfig((s.M - 1) / Strands.Columns + 1, Strands.Lanes), a, b, c, bias, s, epilogue);
        }

        private ProductLauncher Load(Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue> kernel) =>
            device.Load(on => on.LoadKernel(kernel));
    }
}
