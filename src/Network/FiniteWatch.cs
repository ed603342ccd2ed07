using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Network;

/// <summary>Looks for numbers that are not finite in arenas, and names the tensor that holds one.</summary>
internal sealed class FiniteWatch(DeviceMemory memory, FiniteCheck check)
{
    private readonly DeviceArray<int> _count = memory.Array<int>(1);

    /// <summary>
    /// Waits for the device and returns the name of the first tensor that is not all finite, such as <c>discriminator linear2.weight</c>, or null. All arenas are counted
    /// together, so the host waits once where nothing is wrong.
    /// </summary>
    /// <param name="arenas">In the order in which they are looked through once something is wrong.</param>
    public string? Find(IReadOnlyList<(string Name, Arena Arena)> arenas)
    {
        _count.Upload([0]);
        foreach (var (_, arena) in arenas)
            check.Launch(arena.View, _count.View);
        if (_count.Download()[0] == 0)
            return null;
        foreach (var (name, arena) in arenas)
        {
            var all = arena.Download();
            foreach (var slot in arena.Layout.Slots)
            {
                foreach (float value in all.AsSpan((int)slot.Offset, slot.Length))
                {
                    if (!float.IsFinite(value))
                        return Named(name, slot.Name);
                }
            }
        }
        throw new InvalidOperationException("A number that is not finite lies in the gap between two tensors of an arena: an operator wrote outside its tensor.");
    }

    private static string Named(string arena, string tensor)
    {
        int dot = arena.IndexOf('.');
        return dot < 0 ? $"{arena} {tensor}" : $"{arena[..dot]} {tensor} ({arena[(dot + 1)..]})";
    }
}
