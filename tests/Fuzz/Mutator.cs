using System.Buffers.Binary;
using System.Text;

namespace GpuCgan.Fuzz;

/// <summary>Damages a file's bytes: one to four of the changes that broken disks, careless programs and strangers make. What it does follows from the random numbers alone.</summary>
internal static class Mutator
{
    private static readonly ulong[] Numbers =
        [0, 1, 2, 3, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff];

    private static readonly byte[][] Words = [.. new[]
    {
        "{", "}", "[", "]", "\"", ":", ",", "null", "true", "-1", "0", "1e999", "-0.0", "NaN", "Infinity", "9223372036854775807", "9223372036854775808", "18446744073709551616",
        "4294967296", "2147483648", "16384", "65536", "1e-400", "\\ud800", "\\u0000", "\\", "\n", "\r\n", "\t", " ", ";", "//", "/*", "..", "/", "../../", "\u2028", "é", "\0", "\u001b[31m", "__metadata__",
        "F64", "BF16", "data_offsets", "{}", "[]", "\"\":", new string('[', 300), new string('9', 400), new string(' ', 300),
    }.Select(Encoding.UTF8.GetBytes)];

    /// <param name="random">Decides everything.</param>
    /// <param name="start">The bytes to damage.</param>
    /// <param name="other">Bytes of another file of the kind, for splicing.</param>
    public static byte[] Mutate(Random random, byte[] start, byte[] other)
    {
        byte[] bytes = start;
        for (int change = random.Next(1, 5); change > 0; change--)
            bytes = Change(random, bytes, other);
        return bytes;
    }

    private static byte[] Change(Random random, byte[] bytes, byte[] other)
    {
        int at = random.Next(bytes.Length + 1), length = Math.Min(bytes.Length - at, Length(random));
        switch (random.Next(10))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 2:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 3:
                byte[] noise = new byte[Length(random)];
                random.NextBytes(noise);
                return [.. bytes[..at], .. noise, .. bytes[at..]];
            case 4:
                return [.. bytes[..at], .. Words[random.Next(Words.Length)], .. bytes[at..]];
            case 5:
                return [.. bytes[..at], .. Words[random.Next(Words.Length)], .. bytes[(at + length)..]];
            case 6:
                int from = random.Next(other.Length + 1);
                return [.. bytes[..at], .. other[from..Math.Min(other.Length, from + Length(random))], .. bytes[(at + length)..]];
            case 7:
                return WithNumber(random, bytes, at);
            default:
                byte[] flipped = [.. bytes];
                if (at < bytes.Length)
                    flipped[at] = random.Next(2) == 0 ? (byte)(flipped[at] ^ (1 << random.Next(8))) : (byte)random.Next(256);
                return flipped;
        }
    }

    /// <summary>Mostly a few bytes, now and then many.</summary>
    private static int Length(Random random) => random.Next(8) == 0 ? random.Next(1, 300) : random.Next(1, 9);

    /// <summary>An integer at the edge of its type, in either byte order.</summary>
    private static byte[] WithNumber(Random random, byte[] bytes, int at)
    {
        byte[] number = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, Numbers[random.Next(Numbers.Length)] + (ulong)random.Next(-1, 2));
        number = number[..(1 << random.Next(4))];
        if (random.Next(2) == 0)
            Array.Reverse(number);
        byte[] changed = [.. bytes];
        number.AsSpan(0, Math.Min(number.Length, bytes.Length - at)).CopyTo(changed.AsSpan(at));
        return changed;
    }
}
