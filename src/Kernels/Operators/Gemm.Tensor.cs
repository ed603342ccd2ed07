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
    private const int TensorTeams = 4;
    private const int TensorLanes = TensorTeams * 64;

    /// <summary>The k of one instruction.</summary>
    private const int TensorRun = 8;

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

        /// <summary>sums + A·B for eight k. The slices' elements of the first of them are <paramref name="x"/>[a …] and [b …], those of other rows, columns and k lie as the layouts say.</summary>
        static abstract TSelf Add<TLeft, TRight>(TSelf sums, ArrayView<float> x, int a, int b, int group, int member)
            where TLeft : struct, ILayout
            where TRight : struct, ILayout;

        /// <summary>Stores a lane's sums in rows of 4·SumPitch floats; <paramref name="at"/> is the index of row group, column 2·member.</summary>
        static abstract void Store(TSelf sums, ArrayView<float> x, int at);
    }

    /// <summary>C = A·B as <see cref="Kernel{TTile, TSums, TLeft, TRight, TReading}"/> has it, team by team, with the sums of eight k at once.</summary>
    private static void TensorKernel<TSums, TLeft, TRight, TReading>(
        ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        where TSums : struct, ITensorSums<TSums>
        where TLeft : struct, ILayout
        where TRight : struct, ILayout
        where TReading : struct, IReading
    {
        EarlierLaunches.Await();
        int firstB = TLeft.Fours(TensorTile, TensorDepth);
        int slices = firstB + TRight.Fours(TensorTile, TensorDepth);
        var shared = SharedMemory.Allocate<Float4>(2 * slices);
        int lane = Group.IdxX;
        int row = Grid.IdxX * TensorTile;
        int column = Grid.IdxY * TensorTile;
        int team = lane / 64;
        int half = (lane / 32 & 1) * 16;
        int group = (lane & 31) / 4;
        int member = lane & 3;
        var left = new Side<TLeft, TReading>(new Operand(s.M, s.K, s.ARow, s.AColumn), row, TensorTile, TensorDepth, 0, lane, TensorLanes);
        var right = new Side<TRight, TReading>(new Operand(s.N, s.K, s.BColumn, s.BRow), column, TensorTile, TensorDepth, firstB, lane, TensorLanes);
        int firstOfA = half * TLeft.FloatsALine(TensorTile, TensorDepth);

        var here = shared.SubView(0, slices);
        var there = shared.SubView(slices, slices);
        var sums = TSums.Zero();
        Two ofA = left.Read(a, 0), ofB = right.Read(b, 0);
        Two nextOfA = left.Read(a, TensorDepth), nextOfB = right.Read(b, TensorDepth);
        int k = 0;
        for (; k + TensorDepth < s.K; k += 2 * TensorDepth)
        {
            left.Store(here, ofA, k);
            right.Store(here, ofB, k);
            GroupBarrier.Wait();
            if (k + 2 * TensorDepth < s.K)
            {
                ofA = left.Read(a, k + 2 * TensorDepth);
                ofB = right.Read(b, k + 2 * TensorDepth);
            }
            sums = AddTensors<TSums, TLeft, TRight>(sums, here.Cast<float>(), firstOfA, 4 * firstB, team, group, member);

            left.Store(there, nextOfA, k + TensorDepth);
            right.Store(there, nextOfB, k + TensorDepth);
            GroupBarrier.Wait();
            if (k + 3 * TensorDepth < s.K)
            {
                nextOfA = left.Read(a, k + 3 * TensorDepth);
                nextOfB = right.Read(b, k + 3 * TensorDepth);
            }
            sums = AddTensors<TSums, TLeft, TRight>(sums, there.Cast<float>(), firstOfA, 4 * firstB, team, group, member);
        }
        if (k < s.K)
        {
            left.Store(here, ofA, k);
            right.Store(here, ofB, k);
            GroupBarrier.Wait();
            sums = AddTensors<TSums, TLeft, TRight>(sums, here.Cast<float>(), firstOfA, 4 * firstB, team, group, member);
        }
        GroupBarrier.Wait();

        TSums.Store(sums, shared.Cast<float>(), (team * TensorTile + half + group) * SumPitch * 4 + 2 * member);
        GroupBarrier.Wait();
        const int ofTeam = TensorTile * SumPitch;
        for (int i = lane; i < TensorTile * TensorTile / 4; i += TensorLanes)
        {
            int at = i / (TensorTile / 4) * SumPitch + (i & (TensorTile / 4 - 1));
            Store(
                c, bias, s, epilogue, row + i / (TensorTile / 4), new Columns(column + (i & (TensorTile / 4 - 1)) * 4, 1, s.N),
                shared[at] + shared[at + ofTeam] + shared[at + 2 * ofTeam] + shared[at + 3 * ofTeam]);
        }
    }

    /// <summary>Adds a lane's part of its team's k of a slice.</summary>
    private static TSums AddTensors<TSums, TLeft, TRight>(TSums sums, ArrayView<float> slice, int firstOfA, int firstOfB, int team, int group, int member)
        where TSums : struct, ITensorSums<TSums>
        where TLeft : struct, ILayout
        where TRight : struct, ILayout
    {
        for (int k = team * TensorRun; k < TensorDepth; k += TensorTeams * TensorRun)
        {
            sums = TSums.Add<TLeft, TRight>(
                sums, slice, firstOfA + k * TLeft.FloatsAK(TensorTile, TensorDepth), firstOfB + k * TRight.FloatsAK(TensorTile, TensorDepth), group, member);
        }
        return sums;
    }

    /// <summary>The kernels of products in TF32, each compiled when it is first needed.</summary>
    private sealed class TensorProduct(ComputeDevice device, bool emulate)
    {
        // By the layouts of A and B and by whether fours are read.
        private readonly ProductLauncher?[] _kernels = new ProductLauncher?[8];

        public void LoadAll()
        {
            foreach (bool fours in (ReadOnlySpan<bool>)[true, false])
            {
                // Forward, input gradient, weight gradient.
                KernelOf(leftAlong: true, rightAlong: false, fours);
                KernelOf(leftAlong: true, rightAlong: true, fours);
                KernelOf(leftAlong: false, rightAlong: false, fours);
            }
        }

        public void Launch(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        {
            bool fours = TileSet.TryFours(ref a, s.M, s.K, s.ARow, s.AColumn) & TileSet.TryFours(ref b, s.N, s.K, s.BColumn, s.BRow);
            var config = new KernelConfig(new Index3D((s.M - 1) / TensorTile + 1, (s.N - 1) / TensorTile + 1, 1), new Index3D(TensorLanes, 1, 1));
            KernelOf(s.AColumn == 1, s.BRow == 1, fours)(device.Stream, config, a, b, c, bias, s, epilogue);
        }

        private ProductLauncher KernelOf(bool leftAlong, bool rightAlong, bool fours) => _kernels[(leftAlong ? 4 : 0) + (rightAlong ? 2 : 0) + (fours ? 1 : 0)] ??=
            emulate ? Load<EmulatedSums>(leftAlong, rightAlong, fours) : Load<TensorSums>(leftAlong, rightAlong, fours);

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
            device.Load(on => on.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue>(TensorKernel<TSums, TLeft, TRight, TReading>));
    }
}
