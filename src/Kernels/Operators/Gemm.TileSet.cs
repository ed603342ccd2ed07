using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>Rows and columns of C that a group computes.</summary>
    internal readonly record struct TileSize(int Rows, int Columns);

    /// <summary>The tiles, which one a product takes, and their kernels, each compiled when it is first needed.</summary>
    internal sealed class TileSet(ComputeDevice device)
    {
        /// <summary>From the one that reads least for its arithmetic to the one that leaves fewest multiprocessors idle.</summary>
        public static readonly TileSize[] Sizes = [new(32, 32), new(16, 32), new(16, 16)];

        // By tile, by the layouts of A and B and by whether fours are read.
        private readonly ProductLauncher?[] _kernels = new ProductLauncher?[8 * Sizes.Length];

        /// <summary>
        /// The largest tile that is not mostly empty and gives three quarters of the multiprocessors a group, else the smallest. With fewer groups than that the time is one
        /// group's, and a smaller tile's is shorter.
        /// </summary>
        public TileSize Choose(int m, int n) => Choose(m, n, device.Accelerator.NumMultiprocessors);

        /// <param name="m">Rows of C.</param>
        /// <param name="n">Columns of C.</param>
        /// <param name="multiprocessors">Groups that run side by side.</param>
        internal static TileSize Choose(int m, int n, int multiprocessors)
        {
            foreach (var size in Sizes)
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
                foreach (bool fours in (ReadOnlySpan<bool>)[true, false])
                {
                    // Forward, input gradient, weight gradient.
                    KernelOf(tile, leftAlong: true, rightAlong: false, fours);
                    KernelOf(tile, leftAlong: true, rightAlong: true, fours);
                    KernelOf(tile, leftAlong: false, rightAlong: false, fours);
                }
            }
        }

        public void Launch(
            TileSize size, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        {
            bool fours = TryFours(ref a, s.M, s.K, s.ARow, s.AColumn) & TryFours(ref b, s.N, s.K, s.BColumn, s.BRow);
            int tile = Array.IndexOf(Sizes, size);
            bool leftAlong = s.AColumn == 1;
            var kernel = KernelOf(tile, leftAlong, s.BRow == 1, fours);
            var config = new KernelConfig(new Index3D(Groups(s.M, size.Rows), Groups(s.N, size.Columns), 1), new Index3D(Teams * size.Rows * size.Columns / SumsALane(tile, leftAlong), 1, 1));
            kernel(device.Stream, config, a, b, c, bias, s, epilogue);
        }

        private static int SumsALane(int tile, bool leftAlong) => tile switch
        {
            0 => 32,
            // A left operand across k has fours of four rows.
            2 when leftAlong => 8,
            _ => 16,
        };

        private ProductLauncher KernelOf(int tile, bool leftAlong, bool rightAlong, bool fours) =>
            _kernels[8 * tile + (leftAlong ? 4 : 0) + (rightAlong ? 2 : 0) + (fours ? 1 : 0)] ??= tile switch
            {
                0 => Load<BroadTile, Sums8x4>(leftAlong, rightAlong, fours),
                1 => Load<NarrowTile, Sums4x4>(leftAlong, rightAlong, fours),
                _ when leftAlong => Load<SmallDeepTile, Sums2x4>(leftAlong, rightAlong, fours),
                _ => Load<SmallTile, Sums4x4>(leftAlong, rightAlong, fours),
            };

        private ProductLauncher Load<TTile, TSums>(bool leftAlong, bool rightAlong, bool fours)
            where TTile : struct, ITile
            where TSums : struct, ISums<TSums> => fours ? Load<TTile, TSums, Fours>(leftAlong, rightAlong) : Load<TTile, TSums, Singles>(leftAlong, rightAlong);

        private ProductLauncher Load<TTile, TSums, TReading>(bool leftAlong, bool rightAlong)
            where TTile : struct, ITile
            where TSums : struct, ISums<TSums>
            where TReading : struct, IReading
        {
            int lanes = Teams * TTile.Rows * TTile.Columns / (4 * TSums.Rows);
            return (leftAlong, rightAlong) switch
            {
                (true, false) => Load(Kernel<TTile, TSums, AlongK, AcrossK, TReading>, lanes),
                (true, true) => Load(Kernel<TTile, TSums, AlongK, AlongK, TReading>, lanes),
                (false, false) => Load(Kernel<TTile, TSums, AcrossK, AcrossK, TReading>, lanes),
                _ => Load(Kernel<TTile, TSums, AcrossK, AlongK, TReading>, lanes),
            };
        }

        // Registers for two groups a multiprocessor, where the driver would give one group more of them than it needs.
        private ProductLauncher Load(Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue> kernel, int lanes) =>
            device.Load(on => on.LoadKernel(kernel, new KernelSpecialization(lanes, 2)));

        private static int Groups(int length, int tile) => (length - 1) / tile + 1;

        /// <summary>
        /// Whether an operand may be read in fours: its lines start at multiples of 16 bytes. The last line may end inside of a four, so the view is made longer by up to three
        /// floats, which its buffer has: <see cref="DeviceArray{T}"/> allocates more than is asked for.
        /// </summary>
        internal static bool TryFours(ref ArrayView<float> view, int lines, int depth, int line, int step)
        {
            bool alongK = step == 1;
            if ((alongK ? line : step) % 4 != 0 || !ViewPlace.StartsAFour(view))
                return false;
            long needed = alongK ? (lines - 1L) * line + RoundedUp(depth) : (depth - 1L) * step + RoundedUp(lines);
            if (view.Length >= needed)
                return true;
            long first = ViewPlace.FirstOf(view);
            var buffer = ViewPlace.BufferOf(view);
            if (first + needed > buffer.LengthInBytes / sizeof(float))
                return false;
            view = new ArrayView<float>(buffer, first, needed);
            return true;
        }

        private static int RoundedUp(int length) => (length + 3) & ~3;
    }
}
