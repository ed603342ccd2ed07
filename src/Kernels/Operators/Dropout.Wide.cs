using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Dropout
{
    private readonly struct WideStretch<TReal, TWord>(StepState state, uint purpose, Formula formula) : IRandomStretch
        where TReal : struct, IWide<TReal>, IReal<TReal, TWord>
        where TWord : struct, IWideWord<TWord>
    {
        private readonly StepState _state = state;
        private readonly uint _purpose = purpose;
        private readonly Formula _formula = formula;

        public static int Length => Stretch;

        public static bool ReadsInput => true;

        public void Run(ref readonly float x, ref float y, uint block)
        {
            for (int lane = 0; lane < Lanes; lane += TReal.Count)
            {
                var w0 = Philox.Words(TWord.Sequence(block + (uint)lane), _state, _purpose, out var w1, out var w2, out var w3);
                TWord.Turn(ref w0, ref w1, ref w2, ref w3);
                RunHalves(w0, in x, ref y, (nuint)lane);
                RunHalves(w1, in x, ref y, (nuint)(lane + 2 * Lanes));
                RunHalves(w2, in x, ref y, (nuint)(lane + 4 * Lanes));
                RunHalves(w3, in x, ref y, (nuint)(lane + 6 * Lanes));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void RunHalves(TWord words, ref readonly float x, ref float y, nuint at)
        {
            ref float source = ref Unsafe.AsRef(in x);
            TReal low = TReal.Load(ref source, at), high = TReal.Load(ref source, at + Lanes);
            TReal.Store(_formula.Apply(low, words, 0), ref y, at);
            TReal.Store(_formula.Apply(high, words, 1), ref y, at + Lanes);
        }
    }
}
