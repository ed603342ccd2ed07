using ILGPU;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>
    /// What <see cref="TensorSums"/> computes, without tensor cores: the same rounding of operands, each lane's sums by itself. So everything of <see cref="TensorKernel{TSums, TLeft, TRight, TReading}"/>
    /// but the instruction is tested on every device; it is for tests alone.
    /// </summary>
    internal readonly struct EmulatedSums(float s0, float s1, float s2, float s3, float s4, float s5, float s6, float s7, float s8, float s9, float s10, float s11, float s12, float s13, float s14, float s15) : ITensorSums<EmulatedSums>
    {
        private const int Below = 8 * 4 * SumPitch;

        private readonly float _s0 = s0, _s1 = s1, _s2 = s2, _s3 = s3, _s4 = s4, _s5 = s5, _s6 = s6, _s7 = s7, _s8 = s8, _s9 = s9, _s10 = s10, _s11 = s11, _s12 = s12, _s13 = s13, _s14 = s14, _s15 = s15;

        public static EmulatedSums Zero() => default;

        public static EmulatedSums Add<TLeft, TRight>(EmulatedSums sums, ArrayView<float> x, int a, int b, int group, int member)
            where TLeft : struct, ILayout
            where TRight : struct, ILayout
        {
            int lineA = TLeft.FloatsALine(TensorTile, TensorDepth), lineB = TRight.FloatsALine(TensorTile, TensorDepth);
            int upper = a + group * lineA, lower = upper + 8 * lineA;
            int right = b + 2 * member * lineB;
            return new(
                sums._s0 + Dot<TLeft, TRight>(x, upper, right + 0 * lineB), sums._s1 + Dot<TLeft, TRight>(x, upper, right + 1 * lineB), sums._s2 + Dot<TLeft, TRight>(x, lower, right + 0 * lineB), sums._s3 + Dot<TLeft, TRight>(x, lower, right + 1 * lineB),
                sums._s4 + Dot<TLeft, TRight>(x, upper, right + 8 * lineB), sums._s5 + Dot<TLeft, TRight>(x, upper, right + 9 * lineB), sums._s6 + Dot<TLeft, TRight>(x, lower, right + 8 * lineB), sums._s7 + Dot<TLeft, TRight>(x, lower, right + 9 * lineB),
                sums._s8 + Dot<TLeft, TRight>(x, upper, right + 16 * lineB), sums._s9 + Dot<TLeft, TRight>(x, upper, right + 17 * lineB), sums._s10 + Dot<TLeft, TRight>(x, lower, right + 16 * lineB), sums._s11 + Dot<TLeft, TRight>(x, lower, right + 17 * lineB),
                sums._s12 + Dot<TLeft, TRight>(x, upper, right + 24 * lineB), sums._s13 + Dot<TLeft, TRight>(x, upper, right + 25 * lineB), sums._s14 + Dot<TLeft, TRight>(x, lower, right + 24 * lineB), sums._s15 + Dot<TLeft, TRight>(x, lower, right + 25 * lineB));
        }

        public static void Store(EmulatedSums sums, ArrayView<float> x, int at)
        {
            x[at + 0] = sums._s0;
            x[at + 1] = sums._s1;
            x[at + 0 + Below] = sums._s2;
            x[at + 1 + Below] = sums._s3;
            x[at + 8] = sums._s4;
            x[at + 9] = sums._s5;
            x[at + 8 + Below] = sums._s6;
            x[at + 9 + Below] = sums._s7;
            x[at + 16] = sums._s8;
            x[at + 17] = sums._s9;
            x[at + 16 + Below] = sums._s10;
            x[at + 17 + Below] = sums._s11;
            x[at + 24] = sums._s12;
            x[at + 25] = sums._s13;
            x[at + 24 + Below] = sums._s14;
            x[at + 25 + Below] = sums._s15;
        }

        private static float Dot<TLeft, TRight>(ArrayView<float> x, int a, int b)
            where TLeft : struct, ILayout
            where TRight : struct, ILayout
        {
            float sum = 0;
            for (int k = 0; k < TensorRun; k++)
                sum += Rounded(x[a + k * TLeft.FloatsAK(TensorTile, TensorDepth)]) * Rounded(x[b + k * TRight.FloatsAK(TensorTile, TensorDepth)]);
            return sum;
        }

        /// <summary>TF32 has 13 bits fewer than a float; half of its last place is added to the magnitude before they are cut off.</summary>
        private static float Rounded(float x) => Interop.IntAsFloat((Interop.FloatAsInt(x) + 0x1000u) & ~0x1FFFu);
    }
}
