using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Threads;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>Rows of A that are multiplied together, at most.</summary>
    private const int RowBlock = 8;

    /// <summary>Rows of A an item of work where B is shared: four row blocks use a panel while it is in the first-level cache.</summary>
    private const int RowsAnItem = 4 * RowBlock;

    /// <summary>Floats of packed B that every core may read again for each row block: a second-level cache's worth.</summary>
    private const int SharedPanelsLimit = 128 * 1024;

    private void LaunchWide(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
    {
        // One column of C wastes a panel. Its transpose has the same bytes where the rows of C lie together: c = A·b as cᵀ = bᵀ·Aᵀ. The
        // one bias is then the same for all columns, so the epilogue follows on its own.
        if (s.N == 1 && s.M > 1 && s.CRow == 1 && epilogue.Accumulate == 0)
        {
            var transposed = new Shape(1, s.M, s.K, s.BColumn, s.BRow, s.AColumn, s.ARow, s.M);
            LaunchWide(b, a, c, default, transposed, new Epilogue(false, false, Activation.Identity));
            var column = c.AsHostSpan();
            var b0 = new Real1(epilogue.HasBias != 0 ? bias.AsHostSpan()[0] : 0);
            for (int i = 0; i < s.M && !epilogue.IsPlain; i++)
                column[i] = epilogue.Activation.Forward(new Real1(column[i]) + b0).Value;
            return;
        }
        if (WideVectors.Bits == 512)
            LaunchWide<Real16>(a, b, c, bias, s, epilogue);
        else if (WideVectors.Bits == 256)
            LaunchWide<Real8>(a, b, c, bias, s, epilogue);
        else
            LaunchWide<Real4>(a, b, c, bias, s, epilogue);
    }

    private void LaunchWide<TWide>(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        where TWide : struct, IWide<TWide>
    {
        var team = _device.Team!;
        int panels = Panel<TWide>.CountFor(s.N);
        var operands = new Operands
        {
            A = a.AsHostSpan(), Rows = new RowStrides(s.ARow, s.ARow, s.AColumn), B = b.AsHostSpan(), C = c.AsHostSpan(), Bias = bias.AsHostSpan(), Shape = s, Epilogue = epilogue, Team = team,
        };
        int packed = panels * Panel<TWide>.Width * s.K;
        if (s.M > 2 * RowsAnItem && packed <= SharedPanelsLimit)
        {
            var packAll = new PackAll<TWide> { Operands = operands, Packed = team.SharedScratch(packed) };
            team.Run(ref packAll, panels);
            var byRows = new ByRows<TWide> { Operands = operands, Packed = packAll.Packed };
            team.Run(ref byRows, (s.M + RowsAnItem - 1) / RowsAnItem);
        }
        else
        {
            if (s.AColumn != 1)
            {
                int items = (s.M + RowsAnItem - 1) / RowsAnItem;
                var packRows = new PackRows<TWide> { Operands = operands, Packed = team.SharedScratch(items * RowsAnItem * s.K) };
                team.Run(ref packRows, items);
                operands = operands with { A = packRows.Packed, Rows = RowStrides.Packed<TWide>(s.K) };
            }
            // The panels that do not go round the team are split by rows, as far as that is worth packing a panel again: 25 panels on two threads take
            // the time of 12½ and not of 13.
            int whole = panels / team.Threads * team.Threads;
            int parts = whole == panels ? 1 : Math.Clamp(team.Threads / (panels - whole), 1, (s.M - 1) / RowsAnItem + 1);
            int rows = ((s.M - 1) / parts / RowBlock + 1) * RowBlock;
            var byPanels = new ByPanels<TWide> { Operands = operands, Whole = whole, Parts = (s.M - 1) / rows + 1, RowsAPart = rows };
            team.Run(ref byPanels, whole + (panels - whole) * byPanels.Parts);
        }
    }

    /// <summary>Where rows of A lie: the blocks that are multiplied together so far apart for each row, and in them rows and columns.</summary>
    private readonly record struct RowStrides(nint Block, nint Row, nint Column)
    {
        /// <summary>Block by block as <see cref="Operands.PackRows"/> leaves them, [block][k][row].</summary>
        public static RowStrides Packed<TWide>(int depth) where TWide : struct, IWide<TWide> => new(depth, 1, Panel<TWide>.MostRows);
    }

    private ref struct Operands
    {
        public required ReadOnlySpan<float> A;
        public required RowStrides Rows;
        public required ReadOnlySpan<float> B;
        public required Span<float> C;
        public required ReadOnlySpan<float> Bias;
        public required Shape Shape;
        public required Epilogue Epilogue;
        public required WorkerTeam Team;

        public readonly void Pack<TWide>(int panelIndex, ref float panel) where TWide : struct, IWide<TWide>
        {
            int first = panelIndex * Panel<TWide>.Width;
            ref float b = ref Unsafe.Add(ref MemoryMarshal.GetReference(B), first * Shape.BColumn);
            Panel<TWide>.Pack(ref b, Shape.BRow, Shape.BColumn, Shape.K, Math.Min(Panel<TWide>.Width, Shape.N - first), ref panel);
        }

        /// <summary>
        /// Rows of A whose columns lie a large stride apart, as those of a weight gradient's batch do, one behind the other in the order in which they are multiplied: a row block that
        /// is read where it lies uses half of each cache line, and a page for every k.
        /// </summary>
        public readonly void PackRows<TWide>(int row, int rows, ref float packed) where TWide : struct, IWide<TWide>
        {
            int most = Panel<TWide>.MostRows;
            ref float from = ref Unsafe.Add(ref MemoryMarshal.GetReference(A), row * Shape.ARow);
            for (int k = 0; k < Shape.K; k++)
            {
                int i = 0;
                for (; i + most <= rows; i += most)
                {
                    ref float to = ref Unsafe.Add(ref packed, i * Shape.K);
                    if (most == 8)
                        Vector256.LoadUnsafe(ref from, (nuint)i).StoreUnsafe(ref to);
                    else
                        Vector128.LoadUnsafe(ref from, (nuint)i).StoreUnsafe(ref to);
                }
                for (int last = i; i < rows; i++)
                    Unsafe.Add(ref packed, last * Shape.K + i - last) = Unsafe.Add(ref from, i);
                from = ref Unsafe.Add(ref from, Shape.AColumn);
                packed = ref Unsafe.Add(ref packed, most);
            }
        }

        /// <summary>
        /// C[row … row+rows−1, panel's columns] from rows of A that start at <paramref name="a"/>. The first row block also fetches, two cache lines a step
        /// of k, what lies from <paramref name="next"/> on.
        /// </summary>
        public readonly void Multiply<TWide>(int row, int rows, ref float a, RowStrides aRows, int panelIndex, ref float panel, ref float tile, ref float next, nint nextStep)
            where TWide : struct, IWide<TWide>
        {
            // With nothing left to do to a sum, it goes straight to C.
            int first = panelIndex * Panel<TWide>.Width;
            bool direct = Epilogue.IsPlain && Shape.N - first >= Panel<TWide>.Width;
            nint targetRow = direct ? Shape.CRow : Panel<TWide>.Width;
            for (int i = 0; i < rows;)
            {
                int height = Math.Min(Panel<TWide>.MostRows, rows - i);
                ref float target = ref direct ? ref Unsafe.Add(ref MemoryMarshal.GetReference(C), (row + i) * Shape.CRow + first) : ref tile;
                Panel<TWide>.Sum(
                    height, ref Unsafe.Add(ref a, i * aRows.Block), aRows.Row, aRows.Column, ref panel, Shape.K, ref target, targetRow, ref i == 0 ? ref next : ref panel, i == 0 ? nextStep : 0);
                if (!direct)
                    Finish<TWide>(row + i, height, panelIndex, ref tile);
                i += height;
            }
        }

        /// <summary>The epilogue of a row block: bias and activation, or the sum with what C holds; then the store.</summary>
        private readonly void Finish<TWide>(int row, int rows, int panelIndex, ref float tile) where TWide : struct, IWide<TWide>
        {
            int first = panelIndex * Panel<TWide>.Width;
            int width = Math.Min(Panel<TWide>.Width, Shape.N - first);
            for (int i = 0; i < rows; i++)
            {
                var loop = new EpilogueLoop
                {
                    Sum = ref Unsafe.Add(ref tile, i * Panel<TWide>.Width),
                    C = ref Unsafe.Add(ref MemoryMarshal.GetReference(C), (row + i) * Shape.CRow + first),
                    Bias = ref Unsafe.Add(ref MemoryMarshal.GetReference(Bias), first),
                    Accumulates = Epilogue.Accumulate != 0,
                    HasBias = Epilogue.HasBias != 0,
                    Activation = Epilogue.Activation,
                };
                WideLoop.Run(ref loop, width);
            }
        }
    }

    private ref struct EpilogueLoop : IWideLoop
    {
        public ref float Sum;
        public ref float C;
        public ref float Bias;
        public bool Accumulates;
        public bool HasBias;
        public Activation Activation;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            var value = T.Load(ref Sum, offset);
            if (Accumulates)
                value += T.Load(ref C, offset);
            else if (HasBias)
                value += T.Load(ref Bias, offset);
            T.Store(Activation.Forward(value), ref C, offset);
        }
    }

    /// <summary>
    /// For few rows and a B too large for a cache, the weights of a layer: the worker that takes a panel packs it into its own scratch, where it
    /// stays in that core's cache, and runs down all rows of A with it. B is read once.
    /// </summary>
    private ref struct ByPanels<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        public required Operands Operands;

        /// <summary>Panels that are an item each; those behind them are <see cref="Parts"/> items of <see cref="RowsAPart"/> rows.</summary>
        public required int Whole;
        public required int Parts;
        public required int RowsAPart;

        public readonly void Run(int item, int worker)
        {
            var s = Operands.Shape;
            int index = item < Whole ? item : Whole + (item - Whole) / Parts;
            int row = item < Whole ? 0 : (item - Whole) % Parts * RowsAPart;
            int rows = item < Whole ? s.M : Math.Min(RowsAPart, s.M - row);
            var scratch = Operands.Team.ScratchOf(worker, (s.K + RowBlock) * Panel<TWide>.Width);
            ref float panel = ref MemoryMarshal.GetReference(scratch);
            ref float tile = ref Unsafe.Add(ref panel, s.K * Panel<TWide>.Width);
            Operands.Pack<TWide>(index, ref panel);
            // The weights come from far: their rows lie pages apart, and a step's networks and moments exceed the last-level cache. So the panel
            // that this worker will likely take next is fetched behind the products of this one.
            int next = Math.Min(index + Operands.Team.Threads, Panel<TWide>.CountFor(s.N) - 1) * Panel<TWide>.Width;
            nint step = s.BColumn == 1 ? s.BRow : Panel<TWide>.Width;
            Operands.Multiply<TWide>(
                row, rows, ref Unsafe.Add(ref MemoryMarshal.GetReference(Operands.A), row * Operands.Rows.Block), Operands.Rows, index, ref panel, ref tile,
                ref Unsafe.Add(ref MemoryMarshal.GetReference(Operands.B), next * s.BColumn), step);
        }
    }

    /// <summary>Packs every panel of B where all workers read it.</summary>
    private ref struct PackAll<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        public required Operands Operands;
        public required Span<float> Packed;

        public readonly void Run(int item, int worker) =>
            Operands.Pack<TWide>(item, ref Packed[item * Panel<TWide>.Width * Operands.Shape.K]);
    }

    /// <summary>Packs all rows of A where all workers read them.</summary>
    private ref struct PackRows<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        public required Operands Operands;
        public required Span<float> Packed;

        public readonly void Run(int item, int worker)
        {
            int row = item * RowsAnItem;
            Operands.PackRows<TWide>(row, Math.Min(RowsAnItem, Operands.Shape.M - row), ref Packed[row * Operands.Shape.K]);
        }
    }

    /// <summary>For many rows and a small B: an item goes through all panels with its rows of A, so whole rows of C are written. It packs its rows where their columns lie a large stride apart.</summary>
    private ref struct ByRows<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        public required Operands Operands;
        public required Span<float> Packed;

        public readonly void Run(int item, int worker)
        {
            var s = Operands.Shape;
            int row = item * RowsAnItem;
            int rows = Math.Min(RowsAnItem, s.M - row);
            var scratch = Operands.Team.ScratchOf(worker, RowsAnItem * s.K + RowBlock * Panel<TWide>.Width);
            ref float block = ref MemoryMarshal.GetReference(scratch);
            ref float tile = ref Unsafe.Add(ref block, RowsAnItem * s.K);
            ref float a = ref Unsafe.Add(ref MemoryMarshal.GetReference(Operands.A), row * s.ARow);
            var strides = Operands.Rows;
            if (s.AColumn != 1)
            {
                Operands.PackRows<TWide>(row, rows, ref block);
                a = ref block;
                strides = RowStrides.Packed<TWide>(s.K);
            }
            int panels = Panel<TWide>.CountFor(s.N);
            for (int p = 0; p < panels; p++)
                Operands.Multiply<TWide>(row, rows, ref a, strides, p, ref Packed[p * Panel<TWide>.Width * s.K], ref tile, ref tile, 0);
        }
    }
}
