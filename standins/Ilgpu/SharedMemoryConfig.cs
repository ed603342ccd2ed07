using System.Runtime.CompilerServices;

namespace ILGPU;

/// <summary>How much shared memory a launch gives each group beyond what its kernel allocates itself.</summary>
public readonly struct SharedMemoryConfig
{
    public static readonly SharedMemoryConfig Empty;

    public SharedMemoryConfig(int numElements, int elementSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(numElements);
        ArgumentOutOfRangeException.ThrowIfNegative(elementSize);
        NumElements = numElements;
        ElementSize = elementSize;
    }

    public int NumElements { get; }

    /// <summary>In bytes.</summary>
    public int ElementSize { get; }

    /// <summary>In bytes.</summary>
    public int ArraySize => NumElements * ElementSize;

    public bool UsesDynamicSharedMemory => NumElements > 0 && ElementSize > 0;

    public static SharedMemoryConfig RequestDynamic<T>(int numElements)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numElements, 1);
        return new(numElements, Unsafe.SizeOf<T>());
    }
}
