namespace GpuCgan.Kernels.Tests;

/// <summary>The bits of everything that a test reads back from <see cref="GuardedMatrix"/> while it is recorded: two runs are equal where their traces are.</summary>
internal static class BitTrace
{
    private static List<uint>? s_bits;

    public static IReadOnlyList<uint> Record(Action test)
    {
        List<uint> bits = [];
        s_bits = bits;
        try
        {
            test();
        }
        finally
        {
            s_bits = null;
        }
        return bits;
    }

    public static void Add(float value) => s_bits?.Add(BitConverter.SingleToUInt32Bits(value));
}
