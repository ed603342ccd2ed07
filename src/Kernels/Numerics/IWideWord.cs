namespace GpuCgan.Kernels.Numerics;

/// <summary>Words that lie side by side in a register: the counters of neighbouring blocks of a generator, in a wide twin.</summary>
internal interface IWideWord<T> : IWord<T> where T : struct, IWideWord<T>
{
    /// <summary>Words a value.</summary>
    static abstract int Count { get; }

    /// <summary>first, first + 1, first + 2, … modulo 2³².</summary>
    static abstract T Sequence(uint first);

    static abstract void Store(T x, ref uint target, nuint offset);
}
