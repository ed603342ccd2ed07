namespace ILGPU.Runtime.OpenCL;

public enum CLDeviceVendor
{
    AMD,
    Intel,
    Nvidia,
    Other,
}
