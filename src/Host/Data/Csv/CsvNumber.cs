using System.Buffers.Text;

namespace GpuCgan.Host.Data.Csv;

/// <summary>Reads the number of a field.</summary>
internal static class CsvNumber
{
    // Whole numbers of so few digits are exact in every step below and are what nearly every pixel is.
    private const int ShortDigits = 9;

    /// <summary>Whether the whole field is one finite decimal number, such as 12, 0.5 or 3.0e+00.</summary>
    public static bool TryParse(ReadOnlySpan<byte> field, out double value)
    {
        value = 0;
        if (field.IsEmpty)
            return false;
        if (field.Length <= ShortDigits)
        {
            int whole = 0, i = 0;
            while (i < field.Length && field[i] is >= (byte)'0' and <= (byte)'9')
                whole = whole * 10 + field[i++] - '0';
            if (i == field.Length)
            {
                value = whole;
                return true;
            }
        }

        return Utf8Parser.TryParse(field, out value, out int read) && read == field.Length && double.IsFinite(value);
    }
}
