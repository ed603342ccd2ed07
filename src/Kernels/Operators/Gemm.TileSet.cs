using GpuCgan.Kernels.Devices;
using ILGPU;
using ILGPU.Runtime;
using Launcher = System.Action<
    ILGPU.Runtime.AcceleratorStream, ILGPU.KernelConfig, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>,
    GpuCgan.Kernels.Operators.Gemm.Shape, GpuCgan.Kernels.Operators.Gemm.Epilogue>;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>Rows and columns of C that a group computes.</summary>
    internal readonly record struct TileSize(int Rows, int Columns);

    /// <summary>The tiles, which one a product takes, and their kernels, each compiled when it is first needed.</summary>
    internal sealed class TileSet(ComputeDevice device)
    {
        /// <summary>From the one that reads least for its arithmetic to the one that leaves fewest multiprocessors idle.</summary>
        public static readonly TileSize[] Sizes = [new(64, 64), new(64, 32), new(32, 32), new(16, 32)];

        private readonly Launcher?[] _fours = new Launcher?[Sizes.Length];
        private readonly Launcher?[] _singles = new Launcher?[Sizes.Length];

        /// <summary>
        /// The largest tile that is not mostly empty and gives three quarters of the multiprocessors a group, else the smallest. With fewer groups than that the
        /// time is one group's, and a smaller tile's is shorter.
        /// </summary>
        public TileSize Choose(int m, int n) => Choose(m, n, device.Accelerator.NumMultiprocessors, device.Kind == DeviceKind.OpenCl);

        /// <param name="m">Rows of C.</param>
        /// <param name="n">Columns of C.</param>
        /// <param name="multiprocessors">Groups that run side by side.</param>
        /// <param name="fewRegisters">
        /// Whether to leave out the largest tile, whose lanes need some hundred registers each. NVIDIA's have them; on PoCL it took 1.8 times as long as the next one.
        /// </param>
        internal static TileSize Choose(int m, int n, int multiprocessors, bool fewRegisters)
        {
            foreach (var size in fewRegisters ? Sizes.AsSpan(1) : Sizes)
            {
                long groups = (long)Groups(m, size.Rows) * Groups(n, size.Columns);
                if (2 * m > size.Rows && 2 * n > size.Columns && 4 * groups >= 3L * multiprocessors)
                    return size;
            }
            return Sizes[^1];
        }

        public void LoadAll()
        {
            for (int tile = 0; tile < Sizes.Length; tile++)
            {
                KernelOf(tile, fours: true);
                KernelOf(tile, fours: false);
            }
        }

        public void Launch(
            TileSize size, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        {
            bool fours = TryFours(ref a, s.M, s.K, s.ARow, s.AColumn) & TryFours(ref b, s.N, s.K, s.BColumn, s.BRow);
            var kernel = KernelOf(Array.IndexOf(Sizes, size), fours);
            var config = new KernelConfig(
                new Index3D(Groups(s.M, size.Rows), Groups(s.N, size.Columns), 1), new Index3D(size.Rows == 16 ? Teams * 32 : Teams * 64, 1, 1));
            // A kernel's view must not be empty; without a bias it is not read.
            kernel(device.Stream, config, a, b, c, bias.Length == 0 ? c : bias, s.WithFoursOfC(s.CRow % 4 == 0 && IsAligned(c)), epilogue);
        }

        private Launcher KernelOf(int tile, bool fours) => (fours ? _fours : _singles)[tile] ??= tile switch
        {
            0 => Load<BroadTile, Block8x8>(fours),
            1 => Load<BroadTile, Block8x4>(fours),
            2 => Load<DeepTile, Block4x4>(fours),
            _ => Load<NarrowTile, Block4x4>(fours),
        };

        private Launcher Load<TTile, TSums>(bool fours)
            where TTile : struct, ITile
            where TSums : struct, ISums<TSums>
        {
            var accelerator = device.Accelerator;
            return fours
                ? accelerator.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue>(Kernel<TTile, TSums, Fours>)
                : accelerator.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue>(Kernel<TTile, TSums, Singles>);
        }

        private static int Groups(int length, int tile) => (length - 1) / tile + 1;

        /// <summary>
        /// Whether an operand may be read in fours: its lines start at multiples of 16 bytes. The last line may end inside of a four, so the view is made longer by up to three
        /// floats, which its buffer has: <see cref="DeviceArray{T}"/> allocates more than is asked for.
        /// </summary>
        internal static bool TryFours(ref ArrayView<float> view, int lines, int depth, int line, int step)
        {
            bool alongK = step == 1;
            if ((alongK ? line : step) % 4 != 0 || !IsAligned(view))
                return false;
            long needed = alongK ? (lines - 1L) * line + RoundedUp(depth) : (depth - 1L) * step + RoundedUp(lines);
            if (view.Length >= needed)
                return true;
            long first = FirstOf(view);
            var buffer = BufferOf(view);
            if (first + needed > buffer.LengthInBytes / sizeof(float))
                return false;
            view = new ArrayView<float>(buffer, first, needed);
            return true;
        }

        private static int RoundedUp(int length) => (length + 3) & ~3;

        // GPU drivers align buffers to 256 bytes and more; where a view of an OpenCL buffer lies is not an address. Host memory is an address, and DeviceArray aligns it.
        internal static bool IsAligned(ArrayView<float> view) => (view.GetAcceleratorType() == AcceleratorType.CPU
            ? (long)view.LoadEffectiveAddressAsPtr() / sizeof(float)
            : FirstOf(view)) % 4 == 0;

        // Through a type parameter, because an interface's members would box the view.
        private static long FirstOf<TView>(TView view) where TView : IContiguousArrayView => view.Index;

        private static MemoryBuffer BufferOf<TView>(TView view) where TView : IContiguousArrayView => view.Buffer;
    }
}
