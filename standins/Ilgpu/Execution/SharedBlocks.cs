using System.Runtime.InteropServices;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ILGPU.Execution;

/// <summary>The shared memory of the group under way. The blocks are kept for the next group of the same runner.</summary>
internal sealed class SharedBlocks
{
    private readonly List<(CPUMemory Memory, long Bytes)> blocks = [];
    private Accelerator? owner;
    private int used;

    /// <summary>Starts a group.</summary>
    public void Reset(Accelerator accelerator)
    {
        used = 0;
        if (owner == accelerator)
            return;
        Free();
        owner = accelerator;
    }

    /// <summary>The lane's next allocation, which is the same memory for every lane that gets as far.</summary>
    /// <exception cref="InvalidKernelOperationException">Another lane asked for another size.</exception>
    public unsafe ArrayView<T> Allocate<T>(Lane lane, int extent)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(extent);
        long bytes = (long)extent * sizeof(T);
        int number = lane.Allocations++;
        if (number == used)
            Open(bytes);
        var (memory, size) = blocks[number];
        if (size != bytes)
        {
            throw new InvalidKernelOperationException(
                $"Kernel '{lane.Group.Kernel.Name}', group {lane.Group.GridIndex}: shared allocation {number} is {size} bytes"
                + $" for the first lane that made it and {bytes} bytes for lane {lane.Number}.");
        }
        return new(memory, (T*)memory.NativePtr, extent);
    }

    private unsafe void Open(long bytes)
    {
        if (used == blocks.Count)
            blocks.Add((new(owner!, bytes, 1), bytes));
        CPUMemory memory = blocks[used].Memory;
        if (memory.Length < bytes)
        {
            memory.Dispose();
            memory = new(owner!, bytes, 1);
        }
        NativeMemory.Fill((void*)memory.NativePtr, (nuint)bytes, 0xFF);
        blocks[used++] = (memory, bytes);
    }

    private void Free()
    {
        foreach (var (memory, _) in blocks)
            memory.Dispose();
        blocks.Clear();
    }
}
