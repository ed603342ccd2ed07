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

    private void LaunchWide(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue, int cStrip = 0, Adam.Move? move = null)
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
            LaunchWide<Real16>(a, b, c, bias, s, epilogue, cStrip, move);
        else if (WideVectors.Bits == 256)
            LaunchWide<Real8>(a, b, c, bias, s, epilogue, cStrip, move);
        else
            LaunchWide<Real4>(a, b, c, bias, s, epilogue, cStrip, move);
    }

    private void LaunchWide<TWide>(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue, int cStrip, Adam.Move? move)
        where TWide : struct, IWide<TWide>
    {
        var team = _device.Team!;
        int panels = Panel<TWide>.CountFor(s.N);
        var operands = new Operands
        {
            A = a.AsHostSpan(), Rows = new RowStrides(s.ARow, s.ARow, s.AColumn), B = b.AsHostSpan(), C = c.AsHostSpan(), CStrip = cStrip, Bias = bias.AsHostSpan(), Shape = s, Epilogue = epilogue, Team = team,
        };
        int packed = panels * Panel<TWide>.Width * s.K;
        if (s.AColumn != 1)
        {
            LaunchWeightGradient<TWide>(operands, move is { } wanted ? wanted.Of(c) : default);
        }
        else if (s.M > 2 * RowsAnItem && packed <= SharedPanelsLimit)
        {
            var byRows = new ByRows<TWide> { Operands = operands, Packed = PackAll<TWide>(operands) };
            team.Run(ref byRows, (s.M + RowsAnItem - 1) / RowsAnItem);
        }
        else
        {
            // A part packs its panel again, so it has some rows.
            var byPanels = new ByPanels<TWide> { Operands = operands, Split = RowSplit.Of(panels, s.M, RowsAnItem, team.Threads) };
            team.Run(ref byPanels, byPanels.Split.Items, byPanels.Split.Shared);
        }
    }

    /// <summary>
    /// Blocks of work, all of as many rows, as items for a team: those that do not go round it are split by rows, so that 25 blocks on two threads take the time of 12½ and not of 13.
    /// </summary>
    private readonly record struct RowSplit(int Blocks, int Rows, int Whole, int RowsAPart)
    {
        private int Parts => (Rows - 1) / RowsAPart + 1;

        public int Items => Whole + (Blocks - Whole) * Parts;

        /// <summary>The parts among the items, the last ones.</summary>
        public int Shared => Items - Whole;

        /// <summary>Parts have at least about <paramref name="fewest"/> rows.</summary>
        public static RowSplit Of(int blocks, int rows, int fewest, int threads)
        {
            int whole = blocks / threads * threads;
            int parts = whole == blocks ? 1 : Math.Clamp(threads / (blocks - whole), 1, (rows - 1) / fewest + 1);
            return new(blocks, rows, whole, ((rows - 1) / parts / RowBlock + 1) * RowBlock);
        }

        /// <summary>An item's block, and its rows of that.</summary>
        public (int Block, int Start, int End) this[int item]
        {
            get
            {
                if (item < Whole)
                    return (item, 0, Rows);
                int start = (item - Whole) % Parts * RowsAPart;
                return (Whole + (item - Whole) / Parts, start, Math.Min(start + RowsAPart, Rows));
            }
        }
    }

    /// <summary>Where rows of A lie: the blocks that are multiplied together so far apart for each row, and in them rows and columns.</summary>
    private readonly record struct RowStrides(nint Block, nint Row, nint Column);

    private ref struct Operands
    {
        public required ReadOnlySpan<float> A;
        public required RowStrides Rows;
        public required ReadOnlySpan<float> B;
        public required Span<float> C;

        /// <summary>Floats from one strip of C to the next; 0 where it is row-major.</summary>
        public required nint CStrip;

        public required ReadOnlySpan<float> Bias;
        public required Shape Shape;
        public required Epilogue Epilogue;
        public required WorkerTeam Team;

        /// <summary>Packs <paramref name="depth"/> k from <paramref name="start"/> on into their places in a panel.</summary>
        public readonly void Pack<TWide>(int panelIndex, ref float panel, int start, int depth) where TWide : struct, IWide<TWide>
        {
            int first = panelIndex * Panel<TWide>.Width;
            ref float b = ref Unsafe.Add(ref MemoryMarshal.GetReference(B), first * Shape.BColumn + start * Shape.BRow);
            Panel<TWide>.Pack(ref b, Shape.BRow, Shape.BColumn, depth, Math.Min(Panel<TWide>.Width, Shape.N - first), ref Unsafe.Add(ref panel, start * Panel<TWide>.Width));
        }

        /// <summary>
        /// Rows of A that lie across k, one block behind the other, [block][k][row], each with room for <see cref="Panel{TWide}.MostRows"/>.
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
        /// C[row … row+rows−1, panel's columns] from rows of A that start at <paramref name="a"/> and a panel of B whose second vector lies <paramref name="second"/> floats from its first. The first row
        /// block also fetches, step by step of k, what lies from <paramref name="next"/> on, and each block behind it what lies <paramref name="nextBlock"/> further, unless that is 0.
        /// </summary>
        public readonly void Multiply<TWide, TSides>(int row, int rows, ref float a, RowStrides aRows, int panelIndex, ref float panel, nint second, ref float tile, ref float next, nint nextStep, nint nextBlock)
            where TWide : struct, IWide<TWide>
            where TSides : struct, ISides
        {
            // With nothing left to do to a sum, it goes straight to C.
            int first = panelIndex * Panel<TWide>.Width;
            bool direct = Epilogue.IsPlain && Shape.N - first >= Panel<TWide>.Width;
            var places = direct ? new RowPlaces(Shape.CRow, CStrip != 0 && TWide.Count == WeightMatrix.StripColumns ? CStrip : TWide.Count) : new RowPlaces(Panel<TWide>.Width, TWide.Count);
            for (int i = 0; i < rows;)
            {
                int height = Math.Min(Panel<TWide>.MostRows, rows - i);
                ref float target = ref direct ? ref PlaceInC(row + i, first) : ref tile;
                Panel<TWide>.Sum<TSides>(
                    height, ref Unsafe.Add(ref a, i * aRows.Block), new(aRows.Row, aRows.Column, 0, 0), ref panel, second, Shape.K, ref target, places, ref next, nextStep);
                if (!direct)
                    Finish<TWide>(row + i, height, panelIndex, ref tile);
                i += height;
                next = ref nextBlock == 0 ? ref panel : ref Unsafe.Add(ref next, nextBlock);
                nextStep = nextBlock == 0 ? 0 : nextStep;
            }
        }

        private readonly ref float PlaceInC(int row, int column) => ref Unsafe.Add(
            ref MemoryMarshal.GetReference(C), row * Shape.CRow + (CStrip == 0 ? column : column / WeightMatrix.StripColumns * CStrip + column % WeightMatrix.StripColumns));

        /// <summary>The epilogue of a row block: bias and activation, or the sum with what C holds; then the store.</summary>
        private readonly void Finish<TWide>(int row, int rows, int panelIndex, ref float tile) where TWide : struct, IWide<TWide>
        {
            int first = panelIndex * Panel<TWide>.Width;
            int width = Math.Min(Panel<TWide>.Width, Shape.N - first);
            int run = CStrip == 0 ? width : Math.Min(width, WeightMatrix.StripColumns);
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < width; j += run)
                {
                    var loop = new EpilogueLoop
                    {
                        Sum = ref Unsafe.Add(ref tile, i * Panel<TWide>.Width + j),
                        C = ref PlaceInC(row + i, first + j),
                        Bias = ref Unsafe.Add(ref MemoryMarshal.GetReference(Bias), first + j),
                        Accumulates = Epilogue.Accumulate != 0,
                        HasBias = Epilogue.HasBias != 0,
                        Activation = Epilogue.Activation,
                    };
                    WideLoop.Run(ref loop, run);
                }
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

        public required RowSplit Split;

        public readonly void Run(int item, int worker)
        {
            var s = Operands.Shape;
            var (index, row, end) = Split[item];
            var scratch = Operands.Team.ScratchOf(worker, (s.K + RowBlock) * Panel<TWide>.Width);
            ref float panel = ref MemoryMarshal.GetReference(scratch);
            ref float tile = ref Unsafe.Add(ref panel, s.K * Panel<TWide>.Width);
            Operands.Pack<TWide>(index, ref panel, 0, s.K);
            // The weights come from far: their rows lie pages apart, and a step's networks and moments exceed the last-level cache. So the panel
            // that this worker will likely take next is fetched behind the products of this one.
            int next = Math.Min(index + 1, Panel<TWide>.CountFor(s.N) - 1) * Panel<TWide>.Width;
            nint step = s.BColumn == 1 ? s.BRow : Panel<TWide>.Width;
            Operands.Multiply<TWide, PackedSides>(
                row, end - row, ref Unsafe.Add(ref MemoryMarshal.GetReference(Operands.A), row * Operands.Rows.Block), Operands.Rows, index, ref panel, TWide.Count, ref tile,
                ref Unsafe.Add(ref MemoryMarshal.GetReference(Operands.B), next * s.BColumn), step, 0);
        }
    }

    /// <summary>All panels of B, packed by the team, where all workers read them.</summary>
    private static Span<float> PackAll<TWide>(Operands operands) where TWide : struct, IWide<TWide>
    {
        var s = operands.Shape;
        int panels = Panel<TWide>.CountFor(s.N);
        var job = new PackPanels<TWide> { Operands = operands, Packed = operands.Team.SharedScratch(panels * Panel<TWide>.Width * s.K), Panels = panels };
        operands.Team.Run(ref job, panels * ((s.K - 1) / PackPanels<TWide>.Depth + 1));
        return job.Packed;
    }

    /// <summary>An item is a part of a panel: few panels, too, keep a team busy.</summary>
    private ref struct PackPanels<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        public const int Depth = 128;

        public required Operands Operands;
        public required Span<float> Packed;
        public required int Panels;

        public readonly void Run(int item, int worker)
        {
            int panel = item % Panels, start = item / Panels * Depth;
            Operands.Pack<TWide>(panel, ref Packed[panel * Panel<TWide>.Width * Operands.Shape.K], start, Math.Min(Depth, Operands.Shape.K - start));
        }
    }

    /// <summary>For many rows and a small B: an item goes through all panels with its rows of A, so whole rows of C are written.</summary>
    private ref struct ByRows<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        public required Operands Operands;
        public required Span<float> Packed;

        public readonly void Run(int item, int worker)
        {
            var s = Operands.Shape;
            int row = item * RowsAnItem;
            int rows = Math.Min(RowsAnItem, s.M - row);
            ref float tile = ref MemoryMarshal.GetReference(Operands.Team.ScratchOf(worker, RowBlock * Panel<TWide>.Width));
            ref float a = ref Unsafe.Add(ref MemoryMarshal.GetReference(Operands.A), row * s.ARow);
            int panels = Panel<TWide>.CountFor(s.N);
            for (int p = 0; p < panels; p++)
                Operands.Multiply<TWide, PackedSides>(row, rows, ref a, Operands.Rows, p, ref Packed[p * Panel<TWide>.Width * s.K], TWide.Count, ref tile, ref tile, 0, 0);
        }
    }
}
