using System.Runtime.CompilerServices;

namespace GpuCgan.Kernels.Numerics;

/// <summary>The body of a loop over contiguous floats, written for any vector width.</summary>
internal interface IWideLoop
{
    /// <summary>Handles the T.Count elements from <paramref name="offset"/> on.</summary>
    void Step<T>(nuint offset) where T : struct, IWide<T>;
}

/// <summary>Runs a loop over as many floats as there are with the widest vectors of this processor, and the rest one by one.</summary>
internal static class WideLoop
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TLoop>(ref TLoop loop, int count) where TLoop : struct, IWideLoop, allows ref struct
    {
        if (WideVectors.Bits == 512)
            Run<TLoop, Real16>(ref loop, (nuint)count);
        else if (WideVectors.Bits == 256)
            Run<TLoop, Real8>(ref loop, (nuint)count);
        else
            Run<TLoop, Real4>(ref loop, (nuint)count);
    }

    private static void Run<TLoop, TWide>(ref TLoop loop, nuint count)
        where TLoop : struct, IWideLoop, allows ref struct
        where TWide : struct, IWide<TWide>
    {
        nuint width = (nuint)TWide.Count;
        nuint i = 0;
        for (; i + width <= count; i += width)
            loop.Step<TWide>(i);
        for (; i < count; i++)
            loop.Step<Real1>(i);
    }
}
