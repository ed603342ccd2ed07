namespace GpuCgan.Host.Data;

/// <summary>The checksum of gzip (RFC 1952, section 8): CRC-32, polynomial 0xEDB88320 reflected, one table look-up a byte.</summary>
internal static class Crc32
{
    private static readonly uint[] Table = MakeTable();

    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
            crc = Table[(byte)(crc ^ b)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint entry = i;
            for (int bit = 0; bit < 8; bit++)
                entry = (entry >> 1) ^ (0xEDB88320 & (uint)-(int)(entry & 1));
            table[i] = entry;
        }

        return table;
    }
}
