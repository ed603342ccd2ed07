using ILGPU;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>
    /// What <see cref="TensorSums"/> computes, without tensor cores: the same rounding of operands, each lane's sums by itself. So everything of <see cref="TensorKernel{TSums, TReading}"/>
    /// but the instruction is tested on every device; it is for tests alone.
    /// </summary>
    internal readonly struct EmulatedSums(float s0, float s1, float s2, float s3, float s4, float s5, float s6, float s7, float s8, float s9, float s10, float s11, float s12, float s13, float s14, float s15) : ITensorSums<EmulatedSums>
    {
        private const int Below = 8 * 4 * SumPitch;

        private readonly float _s0 = s0, _s1 = s1, _s2 = s2, _s3 = s3, _s4 = s4, _s5 = s5, _s6 = s6, _s7 = s7, _s8 = s8, _s9 = s9, _s10 = s10, _s11 = s11, _s12 = s12, _s13 = s13, _s14 = s14, _s15 = s15;

        public static EmulatedSums Zero() => default;

        public static EmulatedSums Add(EmulatedSums sums, ArrayView<float> x, int a, int b, int group, int member)
        {
            int upper = a + group;
            int right = b + 2 * member;
            return new(
                sums._s0 + Dot(x, upper, right + 0), sums._s1 + Dot(x, upper, right + 1), sums._s2 + Dot(x, upper + 8, right + 0), sums._s3 + Dot(x, upper + 8, right + 1),
                sums._s4 + Dot(x, upper, right + 8), sums._s5 + Dot(x, upper, right + 9), sums._s6 + Dot(x, upper + 8, right + 8), sums._s7 + Dot(x, upper + 8, right + 9),
                sums._s8 + Dot(x, upper, right + 16), sums._s9 + Dot(x, upper, right + 17), sums._s10 + Dot(x, upper + 8, right + 16), sums._s11 + Dot(x, upper + 8, right + 17),
                sums._s12 + Dot(x, upper, right + 24), sums._s13 + Dot(x, upper, right + 25), sums._s14 + Dot(x, upper + 8, right + 24), sums._s15 + Dot(x, upper + 8, right + 25));
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

        private static float Dot(ArrayView<float> x, int a, int b)
        {
            float sum = 0;
            for (int k = 0; k < Run; k++)
                sum += Rounded(x[a + k * 4 * TensorPitch]) * Rounded(x[b + k * 4 * TensorPitch]);
            return sum;
        }

        /// <summary>TF32 has 13 bits fewer than a float; half of its last place is added to the magnitude before they are cut off.</summary>
        private static float Rounded(float x) => Interop.IntAsFloat((Interop.FloatAsInt(x) + 0x1000u) & ~0x1FFFu);
    }
}
