using System.Runtime.InteropServices;

namespace ILGPU.Runtime.CPU;

/// <summary>
/// Unmanaged memory, aligned to 256 bytes as a GPU's is. Its contents are undefined in the package; here every byte is 0xFF, so that
/// what a kernel makes of memory nobody wrote is the same in every run, and with floats it is NaN.
/// </summary>
internal sealed unsafe class CPUMemory : MemoryBuffer
{
    public const int Alignment = 256;

    public CPUMemory(Accelerator accelerator, long length, int elementSize) : base(accelerator, length, elementSize)
    {
        nuint bytes = checked((nuint)length * (nuint)elementSize);
        NativePtr = (nint)NativeMemory.AlignedAlloc(Math.Max(bytes, 1), Alignment);
        NativeMemory.Fill((void*)NativePtr, bytes, 0xFF);
        GC.AddMemoryPressure(Math.Max(LengthInBytes, 1));
    }

    protected override void DisposeAcceleratorObject(bool disposing)
    {
        if (NativePtr == 0)
            return;
        NativeMemory.AlignedFree((void*)NativePtr);
        NativePtr = 0;
        GC.RemoveMemoryPressure(Math.Max(LengthInBytes, 1));
    }
}
