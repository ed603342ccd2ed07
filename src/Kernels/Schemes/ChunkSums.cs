using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Schemes;

/// <summary>
/// On a CPU: Σ f(x) of each chunk of 16,384 floats, inside a chunk over 256 lanes in the order of <see cref="Strands"/>. Chunks are cut by
/// length alone, so sums do not depend on threads or vectors.
/// </summary>
internal static class ChunkSums
{
    /// <summary>Floats a chunk.</summary>
    public const int ChunkSize = 64 * Strands.Lanes;

    /// <summary>Chunks of so many floats.</summary>
    public static int Count(long length) => (int)((length - 1) / ChunkSize + 1);

    /// <summary>One sum a chunk, in memory that the team's next job may reuse.</summary>
    public static Span<float> Of<TFormula>(WorkerTeam team, Span<float> x, TFormula formula) where TFormula : struct, IFormula
    {
        int chunks = Count(x.Length);
        var job = new Chunks<TFormula> { X = x, Sums = team.SharedScratch(chunks), Formula = formula, Team = team };
        team.Run(ref job, chunks);
        return job.Sums;
    }

    private ref struct Chunks<TFormula> : IJob where TFormula : struct, IFormula
    {
        public required Span<float> X { get; init; }
        public required Span<float> Sums { get; init; }
        public required TFormula Formula { get; init; }
        public required WorkerTeam Team { get; init; }

        public readonly void Run(int item, int worker)
        {
            var lanes = Team.ScratchOf(worker, Strands.Lanes);
            lanes.Clear();
            int last = Math.Min(X.Length, (item + 1) * ChunkSize);
            for (int i = item * ChunkSize; i < last; i += Strands.Lanes)
            {
                var loop = new AddLoop<TFormula> { X = ref X[i], Lanes = ref lanes[0], Formula = Formula };
                WideLoop.Run(ref loop, Math.Min(Strands.Lanes, last - i));
            }
            Sums[item] = Strands.GroupTotal(lanes);
        }
    }

    private ref struct AddLoop<TFormula> : IWideLoop where TFormula : struct, IFormula
    {
        public ref float X;
        public ref float Lanes;
        public TFormula Formula;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            T x = T.Load(ref X, offset);
            T.Store(T.Load(ref Lanes, offset) + Formula.Apply(x, x), ref Lanes, offset);
        }
    }
}
