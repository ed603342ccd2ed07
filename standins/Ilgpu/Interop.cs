using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ILGPU;

/// <summary>Bits of numbers, sizes of types and alignment of addresses.</summary>
public static class Interop
{
    public static uint FloatAsInt(float value) => BitConverter.SingleToUInt32Bits(value);

    public static ulong FloatAsInt(double value) => BitConverter.DoubleToUInt64Bits(value);

    public static float IntAsFloat(uint value) => BitConverter.UInt32BitsToSingle(value);

    public static double IntAsFloat(ulong value) => BitConverter.UInt64BitsToDouble(value);

    /// <summary>In bytes.</summary>
    public static int SizeOf<T>()
        where T : unmanaged =>
        Unsafe.SizeOf<T>();

    /// <inheritdoc cref="SizeOf{T}()"/>
    public static int SizeOf<T>(T structure)
        where T : unmanaged =>
        Unsafe.SizeOf<T>();

    /// <summary>In bytes, as the marshaller lays the struct out.</summary>
    public static int OffsetOf<T>(string fieldName)
        where T : unmanaged =>
        (int)Marshal.OffsetOf<T>(fieldName);

    /// <summary>The bytes from <paramref name="ptr"/> to the next multiple of a power of two.</summary>
    public static int ComputeAlignmentOffset(long ptr, int alignmentInBytes) => (int)(-ptr & (alignmentInBytes - 1));
}
