using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Threads;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>Floats of the batch that an item of a product with weights in strips goes through again and again: half of a second-level cache.</summary>
    private const int BatchChunkLimit = 128 * 1024;

    private void LaunchForwardInStrips(Matrix x, WeightMatrix w, ArrayView<float> b, Matrix y, Epilogue epilogue)
    {
        if (WideVectors.Bits == 512)
            LaunchForwardInStrips<Real16>(x, w, b, y, epilogue);
        else if (WideVectors.Bits == 256)
            LaunchForwardInStrips<Real8>(x, w, b, y, epilogue);
        else
            LaunchForwardInStrips<Real4>(x, w, b, y, epilogue);
    }

    private void LaunchInputGradientInStrips(Matrix dy, WeightMatrix w, Matrix dx)
    {
        if (WideVectors.Bits == 512)
            LaunchInputGradientInStrips<Real16>(dy, w, dx);
        else if (WideVectors.Bits == 256)
            LaunchInputGradientInStrips<Real8>(dy, w, dx);
        else
            LaunchInputGradientInStrips<Real4>(dy, w, dx);
    }

    /// <summary>How many strips ahead an input gradient asks for its lines: the 256 fused vectors of one take 128 cycles or more, a line from the last-level cache two or three times as long.</summary>
    private const int StripsAhead = 3;

    /// <summary>Workers of a team that each pack panels which all of them need: packing one takes a twentieth of a product with 512 rows of weights (docs/performance.md, "Weights in strips").</summary>
    private const int MostOwnPanels = 4;

    /// <summary>y = f(x·w + b) with w in strips, which are read where they lie.</summary>
    private void LaunchForwardInStrips<TWide>(Matrix x, WeightMatrix w, ArrayView<float> b, Matrix y, Epilogue epilogue) where TWide : struct, IWide<TWide>
    {
        var team = _device.Team!;
        var operands = new Operands
        {
            A = x.Data.AsHostSpan(), Rows = new(x.Stride, x.Stride, 1), B = w.Data.AsHostSpan(), C = y.Data.AsHostSpan(), CStrip = 0, Bias = b.AsHostSpan(),
            Shape = new Shape(x.Rows, w.Columns, x.Columns, x.Stride, 1, w.Stride, 1, y.Stride), Epilogue = epilogue, Team = team,
        };
        int panels = Panel<TWide>.CountFor(w.Columns);
        int rows = Math.Min(x.Rows, Math.Max(BatchChunkLimit / x.Columns / RowBlock, 1) * RowBlock);
        var job = new ForwardByStrips<TWide> { Operands = operands, Strip = w.Strip, Panels = panels, Split = RowSplit.Of(panels * ((x.Rows - 1) / rows + 1), rows, RowBlock, team.Threads) };
        team.Run(ref job, job.Split.Items, job.Split.Shared);
    }

    /// <summary>
    /// dx = dy·wᵀ with w in strips, as dxᵀ = w·dyᵀ: the batch, smaller than the weights or as large, is what is packed. A sum is the same chain over the outputs either way.
    /// </summary>
    private void LaunchInputGradientInStrips<TWide>(Matrix dy, WeightMatrix w, Matrix dx) where TWide : struct, IWide<TWide>
    {
        var team = _device.Team!;
        int depth = w.Columns;
        var operands = new Operands
        {
            A = w.Data.AsHostSpan(), Rows = default, B = dy.Data.AsHostSpan(), C = dx.Data.AsHostSpan(), CStrip = 0, Bias = default,
            Shape = new Shape(w.Rows, dy.Rows, depth, w.Stride, 1, 1, dy.Stride, dx.Stride), Epilogue = default, Team = team,
        };
        int panels = Panel<TWide>.CountFor(dy.Rows), panelsAChunk = Math.Min(panels, MostPanelsAGroup);
        int chunks = (panels - 1) / panelsAChunk + 1;
        // Panels that another core has packed come from its cache, line by line. So each worker packs those of an item; where several workers share them, each its own, as long as that is a small part of the product.
        bool areShared = chunks < team.Threads && team.Threads > MostOwnPanels;
        int rowsAnItem = chunks < team.Threads ? RowsAnItem : w.Rows;
        int rowItems = (w.Rows - 1) / rowsAnItem + 1;
        Span<int> packedChunks = stackalloc int[MostOwnPanels];
        packedChunks.Fill(-1);
        var job = new InputGradientByStrips<TWide>
        {
            Operands = operands, Strip = w.Strip, Shared = areShared ? PackAll<TWide>(operands) : default, PackedChunks = packedChunks, RowItems = rowItems, Rows = rowsAnItem, Panels = panels, PanelsAChunk = panelsAChunk,
        };
        team.Run(ref job, rowItems * chunks);
    }

    /// <summary>An item is some rows of the batch with a panel of the weights.</summary>
    private ref struct ForwardByStrips<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        public required Operands Operands;
        public required nint Strip;
        public required int Panels;

        /// <summary>Of blocks whose rows of the batch stay in a cache while all panels go by.</summary>
        public required RowSplit Split;

        public readonly void Run(int item, int worker)
        {
            var s = Operands.Shape;
            var (work, start, stop) = Split[item];
            int row = work / Panels * Split.Rows + start, end = Math.Min(work / Panels * Split.Rows + stop, s.M);
            if (row >= end)
                return;
            int index = work % Panels, first = index * Panel<TWide>.Width;
            ref float panel = ref PlaceInB(first);
            // Behind an odd number of strips the last stands for a second one too, whose sums are not stored.
            nint second = first + WeightMatrix.StripColumns < s.N ? Strip : 0;
            // The panel that this worker will likely take next is fetched meanwhile, a part with each row block: all at once is more than the cache behind can give.
            int next = Math.Min(index + 1, Panels - 1);
            nint step = Math.Max(Panel<TWide>.Width * Panel<TWide>.MostRows / (end - row), 1);
            ref float tile = ref MemoryMarshal.GetReference(Operands.Team.ScratchOf(worker, RowBlock * Panel<TWide>.Width));
            Operands.Multiply<TWide, StripsOnTheRight>(
                row, end - row, ref Unsafe.Add(ref MemoryMarshal.GetReference(Operands.A), row * s.ARow), Operands.Rows, index, ref panel, second, ref tile,
                ref PlaceInB(next * Panel<TWide>.Width), step, step * s.K);
        }

        private readonly ref float PlaceInB(int column) =>
            ref Unsafe.Add(ref MemoryMarshal.GetReference(Operands.B), column / WeightMatrix.StripColumns * Strip + column % WeightMatrix.StripColumns);
    }

    /// <summary>An item is a part of the batch, whose panels stay in a cache, with some rows of the weights.</summary>
    private ref struct InputGradientByStrips<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        public required Operands Operands;
        public required nint Strip;

        /// <summary>All panels, packed for all workers; empty where each packs those that it needs.</summary>
        public required Span<float> Shared;

        /// <summary>The part of the batch that a worker of a small team has packed last.</summary>
        public required Span<int> PackedChunks;

        public required int RowItems;
        public required int Rows;
        public required int Panels;
        public required int PanelsAChunk;

        public readonly void Run(int item, int worker)
        {
            var s = Operands.Shape;
            int width = Panel<TWide>.Width, most = Panel<TWide>.MostRows;
            int row = item % RowItems * Rows, end = Math.Min(row + Rows, s.M);
            int first = item / RowItems * PanelsAChunk, panels = Math.Min(PanelsAChunk, Panels - first);
            ref float tile = ref MemoryMarshal.GetReference(Operands.Team.ScratchOf(worker, width * (RowBlock + (Shared.IsEmpty ? PanelsAChunk * s.K : 0))));
            ref float packed = ref Unsafe.Add(ref tile, RowBlock * width);
            if (!Shared.IsEmpty)
                packed = ref Shared[first * width * s.K];
            else if (RowItems == 1 || PackedChunks[worker] != first)
                PackOwn(first, panels, worker, ref packed);
            int lineFloats = WeightMatrix.StripColumns;
            var left = new LeftPlaces(0, 0, Strip - lineFloats, Strip - lineFloats * lineFloats);
            for (int r = row; r < end; r += RowsAnItem)
            {
                for (int p = 0; p < panels; p++)
                {
                    int column = (first + p) * width, columns = Math.Min(width, s.N - column);
                    ref float panel = ref Unsafe.Add(ref packed, p * width * s.K);
                    for (int block = r; block < Math.Min(r + RowsAnItem, end); block += most)
                    {
                        int height = Math.Min(most, end - block);
                        ref float a = ref Unsafe.Add(ref MemoryMarshal.GetReference(Operands.A), block * s.ARow);
                        Panel<TWide>.Sum<StripsOnTheLeft>(
                            height, ref a, left, ref panel, TWide.Count, s.K, ref tile, new(width, TWide.Count), ref Unsafe.Add(ref a, StripsAhead * Strip), lineFloats);
                        StoreTurned(ref tile, width, height, columns, ref Unsafe.Add(ref MemoryMarshal.GetReference(Operands.C), column * s.CRow + block), s.CRow);
                    }
                }
            }
        }

        private readonly void PackOwn(int first, int panels, int worker, ref float packed)
        {
            int depth = Operands.Shape.K;
            for (int p = 0; p < panels; p++)
                Operands.Pack<TWide>(first + p, ref Unsafe.Add(ref packed, p * Panel<TWide>.Width * depth), 0, depth);
            if (RowItems > 1)
                PackedChunks[worker] = first;
        }

        /// <summary>c[j, i] = tile[i, j] for i &lt; height and j &lt; columns.</summary>
        private static void StoreTurned(ref float tile, int width, int height, int columns, ref float c, nint cRow)
        {
            int whole = height % 4 == 0 ? columns & ~3 : 0;
            for (int j = 0; j < whole; j += 4)
            {
                for (int i = 0; i < height; i += 4)
                    TurnBlock(ref Unsafe.Add(ref tile, i * width + j), width, ref Unsafe.Add(ref c, j * cRow + i), cRow, add: false);
            }
            for (int j = whole; j < columns; j++)
            {
                for (int i = 0; i < height; i++)
                    Unsafe.Add(ref c, j * cRow + i) = Unsafe.Add(ref tile, i * width + j);
            }
        }
    }
}
