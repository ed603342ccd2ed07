using GpuCgan.Kernels.Devices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>
    /// On tensor cores, by inline PTX. ILGPU has no operand of several registers and passes results back through local memory, so the sums are registers that the text itself
    /// declares, once, and names from then on: the struct is empty, and a kernel has one of these. Nothing asks <c>CudaAsm.IsSupported</c>: ILGPU puts what such a question guards
    /// at the end of the text, where the registers would be declared after their use; <see cref="ComputeDevice"/> opens in TF32 where there are tensor cores alone. Rounding (<c>cvt.rna</c>) is to nearest, ties away from zero.
    /// </summary>
    internal readonly struct TensorSums : ITensorSums<TensorSums>
    {
        public static TensorSums Zero()
        {
            CudaAsm.Emit(".reg .f32 sum<16>; .reg .b32 left<4>; .reg .b32 right<8>;");
            CudaAsm.Emit("mov.f32 sum0, 0f00000000; mov.f32 sum1, 0f00000000; mov.f32 sum2, 0f00000000; mov.f32 sum3, 0f00000000;");
            CudaAsm.Emit("mov.f32 sum4, 0f00000000; mov.f32 sum5, 0f00000000; mov.f32 sum6, 0f00000000; mov.f32 sum7, 0f00000000;");
            CudaAsm.Emit("mov.f32 sum8, 0f00000000; mov.f32 sum9, 0f00000000; mov.f32 sum10, 0f00000000; mov.f32 sum11, 0f00000000;");
            CudaAsm.Emit("mov.f32 sum12, 0f00000000; mov.f32 sum13, 0f00000000; mov.f32 sum14, 0f00000000; mov.f32 sum15, 0f00000000;");
            return default;
        }

        public static TensorSums Add<TLeft, TRight>(TensorSums sums, ArrayView<float> x, int a, int b, int group, int member)
            where TLeft : struct, ILayout
            where TRight : struct, ILayout
        {
            int lineA = TLeft.FloatsALine(TensorTile, TensorDepth), kA = TLeft.FloatsAK(TensorTile, TensorDepth);
            int lineB = TRight.FloatsALine(TensorTile, TensorDepth), kB = TRight.FloatsAK(TensorTile, TensorDepth);
            int left = a + member * kA + group * lineA;
            int right = b + member * kB + group * lineB;
            CudaAsm.Emit("cvt.rna.tf32.f32 left0, %0;", x[left]);
            CudaAsm.Emit("cvt.rna.tf32.f32 left1, %0;", x[left + 8 * lineA]);
            CudaAsm.Emit("cvt.rna.tf32.f32 left2, %0;", x[left + 4 * kA]);
            CudaAsm.Emit("cvt.rna.tf32.f32 left3, %0;", x[left + 4 * kA + 8 * lineA]);
            CudaAsm.Emit("cvt.rna.tf32.f32 right0, %0;", x[right]);
            CudaAsm.Emit("cvt.rna.tf32.f32 right1, %0;", x[right + 4 * kB]);
            CudaAsm.Emit("cvt.rna.tf32.f32 right2, %0;", x[right + 8 * lineB]);
            CudaAsm.Emit("cvt.rna.tf32.f32 right3, %0;", x[right + 8 * lineB + 4 * kB]);
            CudaAsm.Emit("cvt.rna.tf32.f32 right4, %0;", x[right + 16 * lineB]);
            CudaAsm.Emit("cvt.rna.tf32.f32 right5, %0;", x[right + 16 * lineB + 4 * kB]);
            CudaAsm.Emit("cvt.rna.tf32.f32 right6, %0;", x[right + 24 * lineB]);
            CudaAsm.Emit("cvt.rna.tf32.f32 right7, %0;", x[right + 24 * lineB + 4 * kB]);
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {sum0, sum1, sum2, sum3}, {left0, left1, left2, left3}, {right0, right1}, {sum0, sum1, sum2, sum3};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {sum4, sum5, sum6, sum7}, {left0, left1, left2, left3}, {right2, right3}, {sum4, sum5, sum6, sum7};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {sum8, sum9, sum10, sum11}, {left0, left1, left2, left3}, {right4, right5}, {sum8, sum9, sum10, sum11};");
            CudaAsm.Emit("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {sum12, sum13, sum14, sum15}, {left0, left1, left2, left3}, {right6, right7}, {sum12, sum13, sum14, sum15};");
            return default;
        }

        // ILGPU gives no kernel an address, so the kernel's only shared memory goes by the name that ILGPU gives it (bench/Ptx looks that it is the only one). A row has 144
        // bytes, eight rows 1152, and a block's 8 columns are 32.
        public static void Store(TensorSums sums, ArrayView<float> x, int at)
        {
            CudaAsm.Emit(".reg .b64 to; .reg .b64 first; cvt.u64.u32 to, %0; mov.b64 first, __shared_alloca0; add.u64 to, to, first;", at * sizeof(float));
            CudaAsm.Emit("st.shared.v2.f32 [to+0], {sum0, sum1};");
            CudaAsm.Emit("st.shared.v2.f32 [to+1152], {sum2, sum3};");
            CudaAsm.Emit("st.shared.v2.f32 [to+32], {sum4, sum5};");
            CudaAsm.Emit("st.shared.v2.f32 [to+1184], {sum6, sum7};");
            CudaAsm.Emit("st.shared.v2.f32 [to+64], {sum8, sum9};");
            CudaAsm.Emit("st.shared.v2.f32 [to+1216], {sum10, sum11};");
            CudaAsm.Emit("st.shared.v2.f32 [to+96], {sum12, sum13};");
            CudaAsm.Emit("st.shared.v2.f32 [to+1248], {sum14, sum15};");
        }
    }
}
