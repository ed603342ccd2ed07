namespace ILGPU.Runtime.OpenCL;

/// <summary>The bits of OpenCL's cl_device_type, under their own names.</summary>
[Flags]
public enum CLDeviceType
{
    CL_DEVICE_TYPE_DEFAULT = 1,
    CL_DEVICE_TYPE_CPU = 2,
    CL_DEVICE_TYPE_GPU = 4,
    CL_DEVICE_TYPE_ACCELERATOR = 8,
    CL_DEVICE_TYPE_CUSTOM = 16,
    CL_DEVICE_TYPE_ALL = -1,
}
