namespace ILGPU;

/// <summary>Orders the writes of a lane for others to see. On a CPU all levels are one full fence.</summary>
public static class MemoryFence
{
    public static void GroupLevel() => Interlocked.MemoryBarrier();

    public static void DeviceLevel() => Interlocked.MemoryBarrier();

    public static void SystemLevel() => Interlocked.MemoryBarrier();
}
