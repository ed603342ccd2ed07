using System.Globalization;

namespace GpuCgan.Host.Data.Csv;

/// <summary>The numbers that stand for black and for full brightness, as <c>--csv-range</c> takes them: <c>0..255</c>, <c>0..1</c>, <c>0..16</c>, <c>-1..1</c>.</summary>
public readonly record struct CsvRange(double Low, double High)
{
    private const string Separator = "..";

    /// <summary>Reads two finite numbers, the lower first.</summary>
    public static bool TryParse(string text, out CsvRange range)
    {
        ArgumentNullException.ThrowIfNull(text);
        range = default;
        int at = text.IndexOf(Separator, StringComparison.Ordinal);
        if (at < 0 || !TryParseNumber(text[..at], out double low) || !TryParseNumber(text[(at + Separator.Length)..], out double high) || low >= high || !double.IsFinite(high - low))
            return false;
        range = new CsvRange(low, high);
        return true;
    }

    /// <summary>The byte for a number from <see cref="Low"/> to <see cref="High"/>: rounded, halves upwards.</summary>
    public byte ToByte(double value) => (byte)((value - Low) * byte.MaxValue / (High - Low) + 0.5);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Low:R}{Separator}{High:R}");

    private static bool TryParseNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
