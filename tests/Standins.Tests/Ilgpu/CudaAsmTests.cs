using ILGPU.Runtime.Cuda;

namespace GpuCgan.Standins.Tests.Ilgpu;

public class CudaAsmTests
{
    [Fact]
    public void InlinePtxIsNotSupportedAndSaysSo()
    {
        Assert.False(CudaAsm.IsSupported);
        Assert.Throws<NotSupportedException>(() => CudaAsm.Emit("ret;"));
        Assert.Throws<NotSupportedException>(() => CudaAsm.Emit("cvt.rna.tf32.f32 a, %0;", 1f));
    }

    [Fact]
    public void AmpereIsEight()
    {
        Assert.Equal(new CudaArchitecture(8, 0), CudaArchitecture.SM_80);
        Assert.True(new CudaArchitecture(7, 5) < CudaArchitecture.SM_80 && new CudaArchitecture(9, 0) > CudaArchitecture.SM_80);
    }
}
