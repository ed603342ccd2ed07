namespace GpuCgan.Kernels.Numerics;

/// <summary>Reals that lie side by side in host memory: what the loops of the wide twins step over.</summary>
internal interface IWide<T> : IReal<T> where T : struct, IWide<T>
{
    /// <summary>Floats a value.</summary>
    static abstract int Count { get; }

    static abstract T Load(ref float source, nuint offset);

    /// <summary>Bytes as the reals 0 … 255.</summary>
    static abstract T LoadBytes(ref byte source, nuint offset);

    static abstract void Store(T x, ref float target, nuint offset);

    /// <summary>
    /// a·b + c, rounded once where the processor has an instruction for that, else twice: a fused sum in software takes a thousand times as long. Only the
    /// matrix products use it: their results are compared with a bound anyway, the same for both, and there it doubles the speed.
    /// </summary>
    static abstract T MultiplyAdd(T a, T b, T c);
}
