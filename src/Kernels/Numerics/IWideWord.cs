namespace GpuCgan.Kernels.Numerics;

/// <summary>Words that lie side by side in a register: the counters of neighbouring blocks of a generator, in a wide twin.</summary>
internal interface IWideWord<T> : IWord<T> where T : struct, IWideWord<T>
{
    /// <summary>Words a value.</summary>
    static abstract int Count { get; }

    /// <summary>first, first + 1, first + 2, … modulo 2³².</summary>
    static abstract T Sequence(uint first);

    static abstract void Store(T x, ref uint target, nuint offset);

    /// <summary>Turns the square that every four neighbouring lanes of four values make: lane 4n + j of value i becomes lane 4n + i of value j.</summary>
    static abstract void Turn(ref T x0, ref T x1, ref T x2, ref T x3);
}
