using GpuCgan.Kernels.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>The kernels of products on tensor cores, each compiled when it is first needed, and which one a product takes.</summary>
    private sealed class TensorProduct(ComputeDevice device, Precision precision, bool emulate)
    {
        // By the rows of the tile, the layouts of A and B and by whether fours are read.
        private readonly ProductLauncher?[] _kernels = new ProductLauncher?[16];

        public void LoadAll()
        {
            foreach (bool fours in (ReadOnlySpan<bool>)[true, false])
            {
                // Forward, input gradient, weight gradient.
                foreach (int rows in (ReadOnlySpan<int>)[16, 32])
                {
                    KernelOf(rows, leftAlong: true, rightAlong: false, fours);
                    KernelOf(rows, leftAlong: true, rightAlong: true, fours);
                }
                KernelOf(32, leftAlong: false, rightAlong: false, fours);
            }
        }

        /// <summary>Computes a product in a tile of so many rows, or of those that its shape asks for.</summary>
        public void Launch(int? tile, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        {
            bool fours = TileSet.TryFours(ref a, s.M, s.K, s.ARow, s.AColumn) & TileSet.TryFours(ref b, s.N, s.K, s.BColumn, s.BRow);
            bool leftAlong = s.AColumn == 1;
            int columnGroups = (s.N - 1) / TensorColumns + 1;
            // A left operand across k has fours of four rows, of which a lane reads four.
            int rows = !leftAlong ? 32 : tile ?? (4L * ((s.M - 1) / 32 + 1) * columnGroups < 3L * device.Accelerator.NumMultiprocessors ? 16 : 32);
            var config = new KernelConfig(new Index3D((s.M - 1) / rows + 1, columnGroups, 1), new Index3D(TensorLanes, 1, 1));
            KernelOf(rows, leftAlong, s.BRow == 1, fours)(device.Stream, config, a, b, c, bias, s, epilogue);
        }

        private ProductLauncher KernelOf(int rows, bool leftAlong, bool rightAlong, bool fours) =>
            _kernels[(rows == 32 ? 8 : 0) + (leftAlong ? 4 : 0) + (rightAlong ? 2 : 0) + (fours ? 1 : 0)] ??=
            precision == Precision.Tf32x3 ? LoadPieces<TwoPieces>(rows, leftAlong, rightAlong, fours) : LoadPieces<OnePiece>(rows, leftAlong, rightAlong, fours);

        private ProductLauncher LoadPieces<TPieces>(int rows, bool leftAlong, bool rightAlong, bool fours) where TPieces : struct, IPieces => (emulate, rows) switch
        {
            (false, 16) => Load<TensorSums16<TPieces>>(leftAlong, rightAlong, fours),
            (false, _) => Load<TensorSums32<TPieces>>(leftAlong, rightAlong, fours),
            (true, 16) => Load<EmulatedSums16<TPieces>>(leftAlong, rightAlong, fours),
            _ => Load<EmulatedSums32<TPieces>>(leftAlong, rightAlong, fours),
        };

        private ProductLauncher Load<TSums>(bool leftAlong, bool rightAlong, bool fours) where TSums : struct, ITensorSums<TSums> =>
            fours ? Load<TSums, Fours>(leftAlong, rightAlong) : Load<TSums, Singles>(leftAlong, rightAlong);

        private ProductLauncher Load<TSums, TReading>(bool leftAlong, bool rightAlong)
            where TSums : struct, ITensorSums<TSums>
            where TReading : struct, IReading => (leftAlong, rightAlong) switch
            {
                (true, false) => Load<TSums, AlongK, AcrossK, TReading>(),
                (true, true) => Load<TSums, AlongK, AlongK, TReading>(),
                (false, false) => Load<TSums, AcrossK, AcrossK, TReading>(),
                _ => Load<TSums, AcrossK, AlongK, TReading>(),
            };

        private ProductLauncher Load<TSums, TLeft, TRight, TReading>()
            where TSums : struct, ITensorSums<TSums>
            where TLeft : struct, ILayout
            where TRight : struct, ILayout
            where TReading : struct, IReading =>
            device.Load(on => on.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue>(
                TensorKernel<TSums, TLeft, TRight, TReading>, new KernelSpecialization(TensorLanes, 1)));
    }
}
