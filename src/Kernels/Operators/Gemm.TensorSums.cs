using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace GpuCgan.Kernels.Operators;

/// <content>
/// On tensor cores, by inline PTX. ILGPU has no operand of several registers and passes results back through local memory, so operands and sums are registers that the text itself
/// declares, once, and names from then on: the structs are empty, and a kernel has one of each. Nothing asks <c>CudaAsm.IsSupported</c>: ILGPU puts what such a question guards
/// at the end of the text, where the registers would be declared after their use; <see cref="ComputeDevice"/> opens in TF32 where there are tensor cores alone.
/// ILGPU gives no kernel an address, so the kernel's only shared memory goes by the name that ILGPU gives it (bench/Ptx looks that it is the only one).
/// </content>
public sealed partial class Gemm
{
    private const int FourBytes = 16;

    /// <summary>16 rows: one line of blocks.</summary>
    internal readonly struct TensorSums16<TPieces> : ITensorSums<TensorSums16<TPieces>> where TPieces : struct, IPieces
    {
        public static int Rows => 16;

        public static TensorSums16<TPieces> Zero()
        {
            TPieces.Declare();
            UpperBlocks.Zero();
            return default;
        }

        public static TensorSums16<TPieces> Add(TensorSums16<TPieces> sums, Quad a, Quad b, ArrayView<Float4> shared)
        {
            Add(a.K0, a.K1, b.K0, b.K1);
            Add(a.K2, a.K3, b.K2, b.K3);
            return default;
        }

        /// <summary>Two k of each lane: eight of the warp.</summary>
        private static void Add(Float4 a0, Float4 a1, Float4 b0, Float4 b1)
        {
            TPieces.TakeRight(b0, b1);
            TPieces.TakeLeft(a0.X, a0.Y, a1.X, a1.Y);
            TPieces.Multiply<UpperBlocks>();
        }

        public static void Store(TensorSums16<TPieces> sums, ArrayView<Float4> x, int at, int toSecondRow, int toLowerBlock)
        {
            DeclarePlaces();
            Locate(at, toSecondRow);
            UpperBlocks.Store();
        }
    }

    /// <summary>32 rows: two lines of blocks, which share B.</summary>
    internal readonly struct TensorSums32<TPieces> : ITensorSums<TensorSums32<TPieces>> where TPieces : struct, IPieces
    {
        public static int Rows => 32;

        public static TensorSums32<TPieces> Zero()
        {
            TPieces.Declare();
            UpperBlocks.Zero();
            LowerBlocks.Zero();
            return default;
        }

        public static TensorSums32<TPieces> Add(TensorSums32<TPieces> sums, Quad a, Quad b, ArrayView<Float4> shared)
        {
            Add(a.K0, a.K1, b.K0, b.K1);
            Add(a.K2, a.K3, b.K2, b.K3);
            return default;
        }

        /// <inheritdoc cref="TensorSums16{TPieces}.Add(Float4, Float4, Float4, Float4)"/>
        private static void Add(Float4 a0, Float4 a1, Float4 b0, Float4 b1)
        {
            TPieces.TakeRight(b0, b1);
            TPieces.TakeLeft(a0.X, a0.Y, a1.X, a1.Y);
            TPieces.Multiply<UpperBlocks>();
            TPieces.TakeLeft(a0.Z, a0.W, a1.Z, a1.W);
            TPieces.Multiply<LowerBlocks>();
        }

        public static void Store(TensorSums32<TPieces> sums, ArrayView<Float4> x, int at, int toSecondRow, int toLowerBlock)
        {
            DeclarePlaces();
            Locate(at, toSecondRow);
            UpperBlocks.Store();
            Locate(at + toLowerBlock, toSecondRow);
            LowerBlocks.Store();
        }
    }

    /// <summary>A line of four blocks of sums, in registers of its own name.</summary>
    internal interface IBlocks
    {
        /// <summary>Declares them, as zeros.</summary>
        static abstract void Zero();

        /// <summary>Adds the product of the operands in the registers left and right.</summary>
        static abstract void Multiply();

        /// <summary>Stores them where <see cref="Locate"/> said.</summary>
        static abstract void Store();
    }

    /// <summary>The first line.</summary>
    internal readonly struct UpperBlocks : IBlocks
    {
        public static void Zero()
        {
            CudaAsm.Emit(".reg .f32 upper<16>;");
            CudaAsm.Emit("mov.f32 upper0, 0f00000000; mov.f32 upper1, 0f00000000; mov.f32 upper2, 0f00000000; mov.f32 upper3, 0f00000000;");
            CudaAsm.Emit("mov.f32 upper4, 0f00000000; mov.f32 upper5, 0f00000000; mov.f32 upper6, 0f00000000; mov.f32 upper7, 0f00000000;");
            CudaAsm.Emit("mov.f32 upper8, 0f00000000; mov.f32 upper9, 0f00000000; mov.f32 upper10, 0f00000000; mov.f32 upper11, 0f00000000;");
            CudaAsm.Emit("mov.f32 upper12, 0f00000000; mov.f32 upper13, 0f00000000; mov.f32 upper14, 0f00000000; mov.f32 upper15, 0f00000000;");
        }

        public static void Multiply()
        {
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {upper0, upper1, upper2, upper3}, {left0, left1, left2, left3}, {right0, right1}, {upper0, upper1, upper2, upper3};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {upper4, upper5, upper6, upper7}, {left0, left1, left2, left3}, {right2, right3}, {upper4, upper5, upper6, upper7};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {upper8, upper9, upper10, upper11}, {left0, left1, left2, left3}, {right4, right5}, {upper8, upper9, upper10, upper11};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {upper12, upper13, upper14, upper15}, {left0, left1, left2, left3}, {right6, right7}, {upper12, upper13, upper14, upper15};");
        }

        public static void Store()
        {
            CudaAsm.Emit("st.shared.v4.f32 [to], {upper0, upper4, upper8, upper12};");
            CudaAsm.Emit("st.shared.v4.f32 [to+16], {upper1, upper5, upper9, upper13};");
            CudaAsm.Emit("st.shared.v4.f32 [below], {upper2, upper6, upper10, upper14};");
            CudaAsm.Emit("st.shared.v4.f32 [below+16], {upper3, upper7, upper11, upper15};");
        }
    }

    /// <summary>The second: the same text with other names, which PTX has no way to share.</summary>
    internal readonly struct LowerBlocks : IBlocks
    {
        public static void Zero()
        {
            CudaAsm.Emit(".reg .f32 lower<16>;");
            CudaAsm.Emit("mov.f32 lower0, 0f00000000; mov.f32 lower1, 0f00000000; mov.f32 lower2, 0f00000000; mov.f32 lower3, 0f00000000;");
            CudaAsm.Emit("mov.f32 lower4, 0f00000000; mov.f32 lower5, 0f00000000; mov.f32 lower6, 0f00000000; mov.f32 lower7, 0f00000000;");
            CudaAsm.Emit("mov.f32 lower8, 0f00000000; mov.f32 lower9, 0f00000000; mov.f32 lower10, 0f00000000; mov.f32 lower11, 0f00000000;");
            CudaAsm.Emit("mov.f32 lower12, 0f00000000; mov.f32 lower13, 0f00000000; mov.f32 lower14, 0f00000000; mov.f32 lower15, 0f00000000;");
        }

        public static void Multiply()
        {
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {lower0, lower1, lower2, lower3}, {left0, left1, left2, left3}, {right0, right1}, {lower0, lower1, lower2, lower3};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {lower4, lower5, lower6, lower7}, {left0, left1, left2, left3}, {right2, right3}, {lower4, lower5, lower6, lower7};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {lower8, lower9, lower10, lower11}, {left0, left1, left2, left3}, {right4, right5}, {lower8, lower9, lower10, lower11};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {lower12, lower13, lower14, lower15}, {left0, left1, left2, left3}, {right6, right7}, {lower12, lower13, lower14, lower15};");
        }

        public static void Store()
        {
            CudaAsm.Emit("st.shared.v4.f32 [to], {lower0, lower4, lower8, lower12};");
            CudaAsm.Emit("st.shared.v4.f32 [to+16], {lower1, lower5, lower9, lower13};");
            CudaAsm.Emit("st.shared.v4.f32 [below], {lower2, lower6, lower10, lower14};");
            CudaAsm.Emit("st.shared.v4.f32 [below+16], {lower3, lower7, lower11, lower15};");
        }
    }

    private static void DeclarePlaces() => CudaAsm.Emit(".reg .b64 to; .reg .b64 below; .reg .b64 first; mov.b64 first, __shared_alloca0;");

    /// <summary>Where a line's two rows go, in fours of shared memory.</summary>
    private static void Locate(int at, int toSecondRow) =>
        CudaAsm.Emit("cvt.u64.u32 to, %0; add.u64 to, to, first; cvt.u64.u32 below, %1; add.u64 below, below, first;", at * FourBytes, (at + toSecondRow) * FourBytes);
}
