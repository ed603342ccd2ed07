namespace ILGPU.Runtime.Cuda;

/// <summary>Inline PTX. There is no GPU here, so it is never supported; the type lets kernels that ask compile.</summary>
public static class CudaAsm
{
    public static bool IsSupported => false;

    public static void Emit(string asm) => throw CudaDevice.Absent();

    public static void Emit<T0>(string asm, T0 arg0) where T0 : struct => throw CudaDevice.Absent();
}
