using System.Runtime.InteropServices;

namespace GpuCgan.Kernels.Devices;

/// <summary>
/// Lets the kernels of a captured graph start before the one in front has ended: each of them waits for that end itself (<see cref="EarlierLaunches"/>), when its groups stand ready.
/// CUDA driver API, "Graph Management", CUgraphEdgeData; CUDA 12.3 or newer.
/// </summary>
internal sealed unsafe class ProgrammaticEdges
{
    private const int KernelNode = 0;

    /// <summary>CUgraphEdgeData. An edge of zeros is an ordinary one: from the end of a node to the start of another.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 8)]
    private struct Edge
    {
        public byte FromPort, ToPort, Type;
    }

    /// <summary>From what a kernel says (CU_GRAPH_KERNEL_NODE_PORT_PROGRAMMATIC) to one that waits (CU_GRAPH_DEPENDENCY_TYPE_PROGRAMMATIC).</summary>
    private static Edge Programmatic => new() { FromPort = 1, Type = 1 };

    private readonly delegate* unmanaged<out nint, nint, int> _clone;
    private readonly delegate* unmanaged<nint, int> _destroy;
    private readonly delegate* unmanaged<nint, out int, int> _typeOf;
    private readonly delegate* unmanaged<nint, nint*, nint*, Edge*, ref nuint, int> _edges;
    private readonly delegate* unmanaged<nint, nint*, nint*, Edge*, nuint, int> _add;
    private readonly delegate* unmanaged<nint, nint*, nint*, Edge*, nuint, int> _remove;

    private ProgrammaticEdges(nint driver)
    {
        _clone = (delegate* unmanaged<out nint, nint, int>)NativeLibrary.GetExport(driver, "cuGraphClone");
        _destroy = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(driver, "cuGraphDestroy");
        _typeOf = (delegate* unmanaged<nint, out int, int>)NativeLibrary.GetExport(driver, "cuGraphNodeGetType");
        _edges = (delegate* unmanaged<nint, nint*, nint*, Edge*, ref nuint, int>)NativeLibrary.GetExport(driver, "cuGraphGetEdges_v2");
        _add = (delegate* unmanaged<nint, nint*, nint*, Edge*, nuint, int>)NativeLibrary.GetExport(driver, "cuGraphAddDependencies_v2");
        _remove = (delegate* unmanaged<nint, nint*, nint*, Edge*, nuint, int>)NativeLibrary.GetExport(driver, "cuGraphRemoveDependencies_v2");
    }

    /// <summary>Null where the driver has none.</summary>
    public static ProgrammaticEdges? Of(nint driver)
    {
        try
        {
            return new ProgrammaticEdges(driver);
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// A copy of a graph of which every kernel that waits for one other alone, a kernel too, may start early; 0 where the driver refuses. One that waits for several starts behind all of
    /// them, as it did.
    /// </summary>
    public nint EagerCopy(nint graph)
    {
        if (_clone(out nint copy, graph) != 0)
            return 0;
        if (TryChange(copy))
            return copy;
        _ = _destroy(copy);
        return 0;
    }

    private bool TryChange(nint graph)
    {
        nuint count = 0;
        if (_edges(graph, null, null, null, ref count) != 0)
            return false;
        nint[] from = new nint[count], to = new nint[count];
        var edges = new Edge[count];
        fixed (nint* fromStart = from, toStart = to)
        {
            fixed (Edge* edgeStart = edges)
            {
                if (_edges(graph, fromStart, toStart, edgeStart, ref count) != 0)
                    return false;
            }
        }
        var waits = to.CountBy(node => node).ToDictionary();
        for (int i = 0; i < to.Length; i++)
        {
            nint first = from[i], second = to[i];
            if (waits[second] != 1 || !IsKernel(first) || !IsKernel(second))
                continue;
            Edge old = edges[i], eager = Programmatic;
            if (_remove(graph, &first, &second, &old, 1) != 0 || _add(graph, &first, &second, &eager, 1) != 0)
                return false;
        }
        return true;
    }

    private bool IsKernel(nint node) => _typeOf(node, out int type) == 0 && type == KernelNode;
}
