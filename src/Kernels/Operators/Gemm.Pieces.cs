using GpuCgan.Kernels.Numerics;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>
    /// What tensor cores multiply in place of a float: one number of TF32 or two. On tensor cores an operand is taken into registers and multiplied from there; elsewhere, for tests, an element
    /// is multiplied. Rounding is to nearest, ties away from zero.
    /// </summary>
    internal interface IPieces
    {
        /// <summary>Declares the registers. Called once a kernel.</summary>
        static abstract void Declare();

        /// <summary>Takes A's elements of a block: of rows group and group + 8 those of one k, and those of the next.</summary>
        static abstract void TakeLeft(float a0, float a1, float a2, float a3);

        /// <summary>Takes B's elements of four blocks: those of one k, and those of the next.</summary>
        static abstract void TakeRight(Float4 b0, Float4 b1);

        /// <summary>Adds the products of what was taken.</summary>
        static abstract void Multiply<TBlocks>() where TBlocks : struct, IBlocks;

        /// <summary>a·b of what is left of them, without tensor cores.</summary>
        static abstract float Multiply(float a, float b);
    }

    /// <summary>One number of 11 bits.</summary>
    internal readonly struct OnePiece : IPieces
    {
        public static void Declare() => CudaAsm.Emit(".reg .b32 left<4>; .reg .b32 right<8>;");

        public static void TakeLeft(float a0, float a1, float a2, float a3) =>
            CudaAsm.Emit("cvt.rna.tf32.f32 left0, %0; cvt.rna.tf32.f32 left1, %1; cvt.rna.tf32.f32 left2, %2; cvt.rna.tf32.f32 left3, %3;", a0, a1, a2, a3);

        public static void TakeRight(Float4 b0, Float4 b1)
        {
            CudaAsm.Emit("cvt.rna.tf32.f32 right0, %0; cvt.rna.tf32.f32 right1, %1; cvt.rna.tf32.f32 right2, %2; cvt.rna.tf32.f32 right3, %3;", b0.X, b1.X, b0.Y, b1.Y);
            CudaAsm.Emit("cvt.rna.tf32.f32 right4, %0; cvt.rna.tf32.f32 right5, %1; cvt.rna.tf32.f32 right6, %2; cvt.rna.tf32.f32 right7, %3;", b0.Z, b1.Z, b0.W, b1.W);
        }

        public static void Multiply<TBlocks>() where TBlocks : struct, IBlocks => TBlocks.Multiply();

        public static float Multiply(float a, float b) => Rounded(a) * Rounded(b);

        /// <summary>TF32 has 13 bits fewer than a float; half of its last place is added to the magnitude before they are cut off.</summary>
        public static float Rounded(float x) => Interop.IntAsFloat((Interop.FloatAsInt(x) + 0x1000u) & ~0x1FFFu);
    }

    /// <summary>
    /// Two numbers of 11 bits, the second of what the first leaves: x = x₁ + x₂ up to 2⁻²³·|x|. Three products, small ones first, leave out x₂·w₂ alone (Ootomo and Yokota, "Recovering single
    /// precision accuracy from Tensor Cores while surpassing the FP32 theoretical peak performance", IJHPCA 2022).
    /// </summary>
    internal readonly struct TwoPieces : IPieces
    {
        public static void Declare() =>
            CudaAsm.Emit(".reg .b32 left<4>; .reg .b32 right<8>; .reg .b32 leftFirst<4>; .reg .b32 leftRest<4>; .reg .b32 rightFirst<8>; .reg .b32 rightRest<8>;");

        public static void TakeLeft(float a0, float a1, float a2, float a3) =>
            CudaAsm.Emit("cvt.rna.tf32.f32 leftFirst0, %0; sub.f32 leftRest0, %0, leftFirst0; cvt.rna.tf32.f32 leftRest0, leftRest0; cvt.rna.tf32.f32 leftFirst1, %1; sub.f32 leftRest1, %1, leftFirst1; cvt.rna.tf32.f32 leftRest1, leftRest1; cvt.rna.tf32.f32 leftFirst2, %2; sub.f32 leftRest2, %2, leftFirst2; cvt.rna.tf32.f32 leftRest2, leftRest2; cvt.rna.tf32.f32 leftFirst3, %3; sub.f32 leftRest3, %3, leftFirst3; cvt.rna.tf32.f32 leftRest3, leftRest3;", a0, a1, a2, a3);

        public static void TakeRight(Float4 b0, Float4 b1)
        {
            CudaAsm.Emit("cvt.rna.tf32.f32 rightFirst0, %0; sub.f32 rightRest0, %0, rightFirst0; cvt.rna.tf32.f32 rightRest0, rightRest0; cvt.rna.tf32.f32 rightFirst1, %1; sub.f32 rightRest1, %1, rightFirst1; cvt.rna.tf32.f32 rightRest1, rightRest1; cvt.rna.tf32.f32 rightFirst2, %2; sub.f32 rightRest2, %2, rightFirst2; cvt.rna.tf32.f32 rightRest2, rightRest2; cvt.rna.tf32.f32 rightFirst3, %3; sub.f32 rightRest3, %3, rightFirst3; cvt.rna.tf32.f32 rightRest3, rightRest3;", b0.X, b1.X, b0.Y, b1.Y);
            CudaAsm.Emit("cvt.rna.tf32.f32 rightFirst4, %0; sub.f32 rightRest4, %0, rightFirst4; cvt.rna.tf32.f32 rightRest4, rightRest4; cvt.rna.tf32.f32 rightFirst5, %1; sub.f32 rightRest5, %1, rightFirst5; cvt.rna.tf32.f32 rightRest5, rightRest5; cvt.rna.tf32.f32 rightFirst6, %2; sub.f32 rightRest6, %2, rightFirst6; cvt.rna.tf32.f32 rightRest6, rightRest6; cvt.rna.tf32.f32 rightFirst7, %3; sub.f32 rightRest7, %3, rightFirst7; cvt.rna.tf32.f32 rightRest7, rightRest7;", b0.Z, b1.Z, b0.W, b1.W);
        }

        public static void Multiply<TBlocks>() where TBlocks : struct, IBlocks
        {
            CudaAsm.Emit("mov.b32 left0, leftRest0; mov.b32 left1, leftRest1; mov.b32 left2, leftRest2; mov.b32 left3, leftRest3;");
            CudaAsm.Emit("mov.b32 right0, rightFirst0; mov.b32 right1, rightFirst1; mov.b32 right2, rightFirst2; mov.b32 right3, rightFirst3; mov.b32 right4, rightFirst4; mov.b32 right5, rightFirst5; mov.b32 right6, rightFirst6; mov.b32 right7, rightFirst7;");
            TBlocks.Multiply();
            CudaAsm.Emit("mov.b32 left0, leftFirst0; mov.b32 left1, leftFirst1; mov.b32 left2, leftFirst2; mov.b32 left3, leftFirst3;");
            CudaAsm.Emit("mov.b32 right0, rightRest0; mov.b32 right1, rightRest1; mov.b32 right2, rightRest2; mov.b32 right3, rightRest3; mov.b32 right4, rightRest4; mov.b32 right5, rightRest5; mov.b32 right6, rightRest6; mov.b32 right7, rightRest7;");
            TBlocks.Multiply();
            CudaAsm.Emit("mov.b32 right0, rightFirst0; mov.b32 right1, rightFirst1; mov.b32 right2, rightFirst2; mov.b32 right3, rightFirst3; mov.b32 right4, rightFirst4; mov.b32 right5, rightFirst5; mov.b32 right6, rightFirst6; mov.b32 right7, rightFirst7;");
            TBlocks.Multiply();
        }

        public static float Multiply(float a, float b)
        {
            float a1 = OnePiece.Rounded(a), b1 = OnePiece.Rounded(b);
            return OnePiece.Rounded(a - a1) * b1 + a1 * OnePiece.Rounded(b - b1) + a1 * b1;
        }
    }
}
