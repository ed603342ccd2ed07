namespace GpuCgan.Network.Checkpoints;

/// <summary>What an element type is called in a header, how many bytes it takes and which C# type it is.</summary>
internal static class SafeTensorsTypes
{
    public const string Names = "F32, I32, I64 or U8";

    public static int Size(this SafeTensorsType type) => type switch
    {
        SafeTensorsType.I64 => sizeof(long),
        SafeTensorsType.U8 => sizeof(byte),
        _ => sizeof(int),
    };

    // Not Enum.TryParse: it takes "0" and " F32" as well.
    public static bool TryParse(string? name, out SafeTensorsType type)
    {
        (bool known, type) = name switch
        {
            "F32" => (true, SafeTensorsType.F32),
            "I32" => (true, SafeTensorsType.I32),
            "I64" => (true, SafeTensorsType.I64),
            "U8" => (true, SafeTensorsType.U8),
            _ => (false, default),
        };
        return known;
    }

    public static SafeTensorsType Of<T>()
        where T : unmanaged
    {
        // The format is little-endian and the bytes of spans are written as they lie in memory.
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("safetensors files are read and written on little-endian machines only");

        if (typeof(T) == typeof(float))
            return SafeTensorsType.F32;
        if (typeof(T) == typeof(int))
            return SafeTensorsType.I32;
        if (typeof(T) == typeof(long))
            return SafeTensorsType.I64;
        if (typeof(T) == typeof(byte))
            return SafeTensorsType.U8;
        throw new ArgumentException($"a tensor of {typeof(T).Name} cannot be stored; expected float, int, long or byte");
    }
}
