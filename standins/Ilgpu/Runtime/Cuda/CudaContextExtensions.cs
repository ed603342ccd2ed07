namespace ILGPU.Runtime.Cuda;

/// <summary>CUDA as on a machine without an NVIDIA driver: asking for it is allowed and registers nothing.</summary>
public static class CudaContextExtensions
{
    public static Context.Builder Cuda(this Context.Builder builder) => builder;

    public static Context.Builder Cuda(this Context.Builder builder, Predicate<CudaDevice> predicate) => builder;

    public static CudaDevice GetCudaDevice(this Context context, int cudaDeviceIndex) => context.GetDevice<CudaDevice>(cudaDeviceIndex);

    public static Context.DeviceCollection<CudaDevice> GetCudaDevices(this Context context) => context.GetDevices<CudaDevice>();

    public static CudaAccelerator CreateCudaAccelerator(this Context context, int cudaDeviceIndex) =>
        context.GetCudaDevice(cudaDeviceIndex).CreateCudaAccelerator(context);
}
