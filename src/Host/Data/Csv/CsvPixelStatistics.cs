using System.Globalization;

namespace GpuCgan.Host.Data.Csv;

/// <summary>Where the smallest and the largest pixel of a file stand and whether all are whole: what its range is inferred from.</summary>
internal sealed class CsvPixelStatistics
{
    private Extreme lowest = new(double.PositiveInfinity, 0, 0);
    private Extreme highest = new(double.NegativeInfinity, 0, 0);
    private bool areWhole = true;
    private int line;

    public void NextLine(int lineNumber) => line = lineNumber;

    public void Add(double value, int column)
    {
        if (value < lowest.Value)
            lowest = new Extreme(value, line, column);
        if (value > highest.Value)
            highest = new Extreme(value, line, column);
        areWhole &= value == Math.Floor(value);
    }

    /// <summary>
    /// 0..1 where nothing is above 1; else 0..16, as scikit-learn's digits are counted, where all are whole and nothing is above 16; else 0..255.
    /// </summary>
    /// <exception cref="InvalidDataException">There are numbers below 0 or above 255.</exception>
    public CsvRange InferRange(string path)
    {
        if (lowest.Value < 0 || highest.Value > byte.MaxValue)
        {
            Extreme outside = lowest.Value < 0 ? lowest : highest;
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"{path}: line {outside.Line}, column {outside.Column + 1} is {outside.Value}, expected 0 to 255 for a pixel; correct the file, or state the numbers of black and white with --csv-range, such as --csv-range -1..1"));
        }

        return new CsvRange(0, highest.Value <= 1 ? 1 : areWhole && highest.Value <= 16 ? 16 : byte.MaxValue);
    }

    private readonly record struct Extreme(double Value, int Line, int Column);
}
