using System.Buffers.Binary;

namespace GpuCgan.Fuzz;

/// <summary>The checksums of a PNG file's chunks (PNG specification, section 5.3), made right again after its bytes were changed.</summary>
internal static class PngChecks
{
    private const int SignatureBytes = 8;

    public static byte[] Repair(byte[] bytes)
    {
        byte[] repaired = [.. bytes];
        int at = SignatureBytes;
        while (at + 12 <= repaired.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(repaired.AsSpan(at));
            if (length > repaired.Length - at - 12)
                break;
            BinaryPrimitives.WriteUInt32BigEndian(repaired.AsSpan(at + 8 + (int)length), Crc(repaired.AsSpan(at + 4, 4 + (int)length)));
            at += 12 + (int)length;
        }

        return repaired;
    }

    /// <summary>CRC-32 of ISO 3309, bit by bit: the files are small.</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0);
        }

        return ~crc;
    }
}
