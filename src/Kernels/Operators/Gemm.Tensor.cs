using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>Rows and columns of C that a group of four teams of two warps computes in TF32; a warp of team t has 16×32 of team t's sums.</summary>
    private const int TensorTile = 32;
    private const int TensorDepth = 64;
    private const int TensorLanes = Teams * 64;

    // In fours. The 32 elements that a warp reads at once lie 4 deep and 8 wide: at 40 floats a row they meet each bank of shared memory once.
    private const int TensorPitch = TensorTile / 4 + 2;

    // The teams' sums, in fours a row: one more than they need, so that a warp's eight rows lie in different banks.
    private const int SumPitch = TensorTile / 4 + 1;

    /// <summary>
    /// A warp's 16×32 sums in the layout of <c>mma.m16n8k8</c> (PTX ISA, "Matrix Fragments for mma.m16n8k8"), four 16×8 blocks beside one another. Lane (group, member) =
    /// (lane / 4, lane % 4) holds of each block the rows group and group + 8 and the columns 2·member and 2·member + 1.
    /// </summary>
    internal interface ITensorSums<TSelf> where TSelf : struct, ITensorSums<TSelf>
    {
        /// <summary>Zeros. Called once a kernel, before anything else.</summary>
        static abstract TSelf Zero();

        /// <summary>sums + A·B for eight k. A[row, k] is <paramref name="x"/>[a + 4·TensorPitch·k + row], and B[k, column] likewise.</summary>
        static abstract TSelf Add(TSelf sums, ArrayView<float> x, int a, int b, int group, int member);

        /// <summary>Stores a lane's sums in rows of 4·SumPitch floats; <paramref name="at"/> is the index of row group, column 2·member.</summary>
        static abstract void Store(TSelf sums, ArrayView<float> x, int at);
    }

    /// <summary>C = A·B as <see cref="Kernel{TTile, TSums, TReading}"/> has it, team by team, with the sums of eight k at once.</summary>
    private static void TensorKernel<TSums, TReading>(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        where TSums : struct, ITensorSums<TSums>
        where TReading : struct, IReading
    {
        var shared = SharedMemory.Allocate<Float4>(2 * TensorDepth * TensorPitch);
        int firstB = TensorDepth * TensorPitch;
        int lane = Group.IdxX;
        int row = Grid.IdxX * TensorTile;
        int column = Grid.IdxY * TensorTile;
        int team = lane / 64;
        int half = lane / 32 % 2 * 16;
        int group = lane % 32 / 4;
        int member = lane % 4;
        var operandA = new Operand(s.M, s.K, s.ARow, s.AColumn);
        var operandB = new Operand(s.N, s.K, s.BColumn, s.BRow);

        var sums = TSums.Zero();
        var a0 = Fetch<TReading>(a, operandA, TensorTile, row, 0, lane);
        var a1 = Fetch<TReading>(a, operandA, TensorTile, row, 0, lane + TensorLanes);
        var b0 = Fetch<TReading>(b, operandB, TensorTile, column, 0, lane);
        var b1 = Fetch<TReading>(b, operandB, TensorTile, column, 0, lane + TensorLanes);
        for (int k = 0; k < s.K; k += TensorDepth)
        {
            Stage(shared, 0, TensorPitch, operandA, TensorTile, k, lane, a0);
            Stage(shared, 0, TensorPitch, operandA, TensorTile, k, lane + TensorLanes, a1);
            Stage(shared, firstB, TensorPitch, operandB, TensorTile, k, lane, b0);
            Stage(shared, firstB, TensorPitch, operandB, TensorTile, k, lane + TensorLanes, b1);
            GroupBarrier.Wait();

            // The next slices travel while these are multiplied.
            int next = k + TensorDepth;
            a0 = Fetch<TReading>(a, operandA, TensorTile, row, next, lane);
            a1 = Fetch<TReading>(a, operandA, TensorTile, row, next, lane + TensorLanes);
            b0 = Fetch<TReading>(b, operandB, TensorTile, column, next, lane);
            b1 = Fetch<TReading>(b, operandB, TensorTile, column, next, lane + TensorLanes);
            for (int i = team * Run; i < TensorDepth; i += Period)
                sums = TSums.Add(sums, shared.Cast<float>(), i * TensorPitch * 4 + half, (firstB + i * TensorPitch) * 4, group, member);
            GroupBarrier.Wait();
        }

        TSums.Store(sums, shared.Cast<float>(), (team * TensorTile + half + group) * SumPitch * 4 + 2 * member);
        GroupBarrier.Wait();
        int at = lane / 8 * SumPitch + lane % 8;
        const int team1 = TensorTile * SumPitch;
        var total = shared[at] + shared[at + team1] + shared[at + 2 * team1] + shared[at + 3 * team1];
        if (row + lane / 8 < s.M)
            StoreFour(c, bias, s, epilogue, row + lane / 8, column + lane % 8 * 4, total);
    }

    /// <summary>The kernels of products in TF32, each compiled when it is first needed.</summary>
    private sealed class TensorProduct(ComputeDevice device, bool emulate)
    {
        private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue>?[] _kernels = [null, null];

        public void LoadAll()
        {
            KernelOf(fours: true);
            KernelOf(fours: false);
        }

        public void Launch(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        {
            bool fours = TileSet.TryFours(ref a, s.M, s.K, s.ARow, s.AColumn) & TileSet.TryFours(ref b, s.N, s.K, s.BColumn, s.BRow);
            var config = new KernelConfig(new Index3D((s.M - 1) / TensorTile + 1, (s.N - 1) / TensorTile + 1, 1), new Index3D(TensorLanes, 1, 1));
            // A kernel's view must not be empty; without a bias it is not read.
            KernelOf(fours)(device.Stream, config, a, b, c, bias.Length == 0 ? c : bias, s.WithFoursOfC(s.CRow % 4 == 0 && TileSet.IsAligned(c)), epilogue);
        }

        private Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue> KernelOf(bool fours) =>
            _kernels[fours ? 1 : 0] ??= emulate ? Load<EmulatedSums>(fours) : Load<TensorSums>(fours);

        private Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue> Load<TSums>(bool fours)
            where TSums : struct, ITensorSums<TSums>
        {
            var accelerator = device.Accelerator;
            return fours
                ? accelerator.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue>(TensorKernel<TSums, Fours>)
                : accelerator.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue>(TensorKernel<TSums, Singles>);
        }
    }
}
