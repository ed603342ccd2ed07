using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace GpuCgan.Kernels.Operators;

/// <content>
/// On tensor cores, by inline PTX. ILGPU has no operand of several registers and passes results back through local memory, so the sums are registers that the text itself
/// declares, once, and names from then on: the struct is empty, and a kernel has one of these. Nothing asks <c>CudaAsm.IsSupported</c>: ILGPU puts what such a question guards
/// at the end of the text, where the registers would be declared after their use; <see cref="ComputeDevice"/> opens in TF32 where there are tensor cores alone. Rounding (<c>cvt.rna</c>) is to nearest, ties away from zero.
/// ILGPU gives no kernel an address, so the kernel's only shared memory goes by the name that ILGPU gives it (bench/Ptx looks that it is the only one).
/// </content>
public sealed partial class Gemm
{
    private const int FourBytes = 16;

    /// <summary>16 rows: one line of four blocks.</summary>
    internal readonly struct TensorSums16 : ITensorSums<TensorSums16>
    {
        public static int Rows => 16;

        public static TensorSums16 Zero()
        {
            CudaAsm.Emit(".reg .f32 upper<16>; .reg .b32 left<4>; .reg .b32 right<8>;");
            CudaAsm.Emit("mov.f32 upper0, 0f00000000; mov.f32 upper1, 0f00000000; mov.f32 upper2, 0f00000000; mov.f32 upper3, 0f00000000;");
            CudaAsm.Emit("mov.f32 upper4, 0f00000000; mov.f32 upper5, 0f00000000; mov.f32 upper6, 0f00000000; mov.f32 upper7, 0f00000000;");
            CudaAsm.Emit("mov.f32 upper8, 0f00000000; mov.f32 upper9, 0f00000000; mov.f32 upper10, 0f00000000; mov.f32 upper11, 0f00000000;");
            CudaAsm.Emit("mov.f32 upper12, 0f00000000; mov.f32 upper13, 0f00000000; mov.f32 upper14, 0f00000000; mov.f32 upper15, 0f00000000;");
            return default;
        }

        public static TensorSums16 Add(TensorSums16 sums, Quad a, Quad b, ArrayView<Float4> shared)
        {
            Add(a.K0, a.K1, b.K0, b.K1);
            Add(a.K2, a.K3, b.K2, b.K3);
            return default;
        }

        /// <summary>Two k of each lane: eight of the warp.</summary>
        private static void Add(Float4 a0, Float4 a1, Float4 b0, Float4 b1)
        {
            CudaAsm.Emit("cvt.rna.tf32.f32 right0, %0; cvt.rna.tf32.f32 right1, %1; cvt.rna.tf32.f32 right2, %2; cvt.rna.tf32.f32 right3, %3;", b0.X, b1.X, b0.Y, b1.Y);
            CudaAsm.Emit("cvt.rna.tf32.f32 right4, %0; cvt.rna.tf32.f32 right5, %1; cvt.rna.tf32.f32 right6, %2; cvt.rna.tf32.f32 right7, %3;", b0.Z, b1.Z, b0.W, b1.W);
            CudaAsm.Emit("cvt.rna.tf32.f32 left0, %0; cvt.rna.tf32.f32 left1, %1; cvt.rna.tf32.f32 left2, %2; cvt.rna.tf32.f32 left3, %3;", a0.X, a0.Y, a1.X, a1.Y);
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {upper0, upper1, upper2, upper3}, {left0, left1, left2, left3}, {right0, right1}, {upper0, upper1, upper2, upper3};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {upper4, upper5, upper6, upper7}, {left0, left1, left2, left3}, {right2, right3}, {upper4, upper5, upper6, upper7};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {upper8, upper9, upper10, upper11}, {left0, left1, left2, left3}, {right4, right5}, {upper8, upper9, upper10, upper11};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {upper12, upper13, upper14, upper15}, {left0, left1, left2, left3}, {right6, right7}, {upper12, upper13, upper14, upper15};");
        }

        public static void Store(TensorSums16 sums, ArrayView<Float4> x, int at, int toSecondRow, int toLowerBlock)
        {
            CudaAsm.Emit(".reg .b64 to; .reg .b64 row; .reg .b64 first; mov.b64 first, __shared_alloca0; cvt.u64.u32 to, %0; add.u64 to, to, first; cvt.u64.u32 row, %1;", at * FourBytes, toSecondRow * FourBytes);
            CudaAsm.Emit("st.shared.v4.f32 [to], {upper0, upper4, upper8, upper12};");
            CudaAsm.Emit("st.shared.v4.f32 [to+16], {upper1, upper5, upper9, upper13};");
            CudaAsm.Emit("add.u64 to, to, row;");
            CudaAsm.Emit("st.shared.v4.f32 [to], {upper2, upper6, upper10, upper14};");
            CudaAsm.Emit("st.shared.v4.f32 [to+16], {upper3, upper7, upper11, upper15};");
        }
    }

    /// <summary>32 rows: two lines of blocks, which share B.</summary>
    internal readonly struct TensorSums32 : ITensorSums<TensorSums32>
    {
        public static int Rows => 32;

        public static TensorSums32 Zero()
        {
            CudaAsm.Emit(".reg .f32 upper<16>; .reg .f32 lower<16>; .reg .b32 left<4>; .reg .b32 right<8>;");
            CudaAsm.Emit("mov.f32 upper0, 0f00000000; mov.f32 upper1, 0f00000000; mov.f32 upper2, 0f00000000; mov.f32 upper3, 0f00000000;");
            CudaAsm.Emit("mov.f32 upper4, 0f00000000; mov.f32 upper5, 0f00000000; mov.f32 upper6, 0f00000000; mov.f32 upper7, 0f00000000;");
            CudaAsm.Emit("mov.f32 upper8, 0f00000000; mov.f32 upper9, 0f00000000; mov.f32 upper10, 0f00000000; mov.f32 upper11, 0f00000000;");
            CudaAsm.Emit("mov.f32 upper12, 0f00000000; mov.f32 upper13, 0f00000000; mov.f32 upper14, 0f00000000; mov.f32 upper15, 0f00000000;");
            CudaAsm.Emit("mov.f32 lower0, 0f00000000; mov.f32 lower1, 0f00000000; mov.f32 lower2, 0f00000000; mov.f32 lower3, 0f00000000;");
            CudaAsm.Emit("mov.f32 lower4, 0f00000000; mov.f32 lower5, 0f00000000; mov.f32 lower6, 0f00000000; mov.f32 lower7, 0f00000000;");
            CudaAsm.Emit("mov.f32 lower8, 0f00000000; mov.f32 lower9, 0f00000000; mov.f32 lower10, 0f00000000; mov.f32 lower11, 0f00000000;");
            CudaAsm.Emit("mov.f32 lower12, 0f00000000; mov.f32 lower13, 0f00000000; mov.f32 lower14, 0f00000000; mov.f32 lower15, 0f00000000;");
            return default;
        }

        public static TensorSums32 Add(TensorSums32 sums, Quad a, Quad b, ArrayView<Float4> shared)
        {
            Add(a.K0, a.K1, b.K0, b.K1);
            Add(a.K2, a.K3, b.K2, b.K3);
            return default;
        }

        /// <summary>Two k of each lane: eight of the warp.</summary>
        private static void Add(Float4 a0, Float4 a1, Float4 b0, Float4 b1)
        {
            CudaAsm.Emit("cvt.rna.tf32.f32 right0, %0; cvt.rna.tf32.f32 right1, %1; cvt.rna.tf32.f32 right2, %2; cvt.rna.tf32.f32 right3, %3;", b0.X, b1.X, b0.Y, b1.Y);
            CudaAsm.Emit("cvt.rna.tf32.f32 right4, %0; cvt.rna.tf32.f32 right5, %1; cvt.rna.tf32.f32 right6, %2; cvt.rna.tf32.f32 right7, %3;", b0.Z, b1.Z, b0.W, b1.W);
            CudaAsm.Emit("cvt.rna.tf32.f32 left0, %0; cvt.rna.tf32.f32 left1, %1; cvt.rna.tf32.f32 left2, %2; cvt.rna.tf32.f32 left3, %3;", a0.X, a0.Y, a1.X, a1.Y);
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {upper0, upper1, upper2, upper3}, {left0, left1, left2, left3}, {right0, right1}, {upper0, upper1, upper2, upper3};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {upper4, upper5, upper6, upper7}, {left0, left1, left2, left3}, {right2, right3}, {upper4, upper5, upper6, upper7};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {upper8, upper9, upper10, upper11}, {left0, left1, left2, left3}, {right4, right5}, {upper8, upper9, upper10, upper11};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {upper12, upper13, upper14, upper15}, {left0, left1, left2, left3}, {right6, right7}, {upper12, upper13, upper14, upper15};");
            CudaAsm.Emit("cvt.rna.tf32.f32 left0, %0; cvt.rna.tf32.f32 left1, %1; cvt.rna.tf32.f32 left2, %2; cvt.rna.tf32.f32 left3, %3;", a0.Z, a0.W, a1.Z, a1.W);
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {lower0, lower1, lower2, lower3}, {left0, left1, left2, left3}, {right0, right1}, {lower0, lower1, lower2, lower3};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {lower4, lower5, lower6, lower7}, {left0, left1, left2, left3}, {right2, right3}, {lower4, lower5, lower6, lower7};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {lower8, lower9, lower10, lower11}, {left0, left1, left2, left3}, {right4, right5}, {lower8, lower9, lower10, lower11};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {lower12, lower13, lower14, lower15}, {left0, left1, left2, left3}, {right6, right7}, {lower12, lower13, lower14, lower15};");
        }

        public static void Store(TensorSums32 sums, ArrayView<Float4> x, int at, int toSecondRow, int toLowerBlock)
        {
            CudaAsm.Emit(".reg .b64 to; .reg .b64 row; .reg .b64 first; mov.b64 first, __shared_alloca0; cvt.u64.u32 to, %0; add.u64 to, to, first; cvt.u64.u32 row, %1;", at * FourBytes, toSecondRow * FourBytes);
            CudaAsm.Emit("st.shared.v4.f32 [to], {upper0, upper4, upper8, upper12};");
            CudaAsm.Emit("st.shared.v4.f32 [to+16], {upper1, upper5, upper9, upper13};");
            CudaAsm.Emit("add.u64 to, to, row;");
            CudaAsm.Emit("st.shared.v4.f32 [to], {upper2, upper6, upper10, upper14};");
            CudaAsm.Emit("st.shared.v4.f32 [to+16], {upper3, upper7, upper11, upper15};");
            CudaAsm.Emit(".reg .b64 block; cvt.u64.u32 block, %0; add.u64 to, first, block;", (at + toLowerBlock) * FourBytes);
            CudaAsm.Emit("st.shared.v4.f32 [to], {lower0, lower4, lower8, lower12};");
            CudaAsm.Emit("st.shared.v4.f32 [to+16], {lower1, lower5, lower9, lower13};");
            CudaAsm.Emit("add.u64 to, to, row;");
            CudaAsm.Emit("st.shared.v4.f32 [to], {lower2, lower6, lower10, lower14};");
            CudaAsm.Emit("st.shared.v4.f32 [to+16], {lower3, lower7, lower11, lower15};");
        }
    }
}
