using System.Globalization;

namespace GpuCgan.Host.Data.Csv;

/// <summary>The labels of a file's lines, and the classes that they make.</summary>
internal sealed class CsvLabels
{
    // Above this a double skips whole numbers, and a label would be another's.
    private const double MaxWhole = 1e15;

    private readonly Dictionary<string, int> order = new(StringComparer.Ordinal);
    private readonly List<int> labels = [];

    /// <summary>Takes the label of a line: a word, or a whole number however it is written.</summary>
    /// <exception cref="InvalidDataException">There is none, it is too long, or there are too many classes.</exception>
    public void Add(CsvReader line, int column)
    {
        string label = CsvNumber.TryParse(line.Field(column), out double value) ? Whole(line, column, value) : line.Text(column);
        if (label.Length is 0 or > DataSets.MaxClassNameLength)
            throw line.Bad(column, label.Length == 0 ? "is empty" : $"is '{line.Shown(column)}'", $"a label of 1 to {DataSets.MaxClassNameLength} characters; correct the file, or state --csv-label");
        if (!order.TryGetValue(label, out int index))
        {
            if (order.Count == DataSets.MaxClasses)
                throw line.Bad(column, $"is '{line.Shown(column)}', a label after {DataSets.MaxClasses} different ones", $"at most {DataSets.MaxClasses} classes; is it the label? State --csv-label");
            order.Add(label, index = order.Count);
        }

        labels.Add(index);
    }

    /// <summary>The index of each line's class, and the classes' names: by their number where all are numbers, else in the order of the alphabet (ordinal).</summary>
    public (int[] Indices, string[] ClassNames) ToClasses()
    {
        string[] names = ClassOrder.Sort(order.Keys);
        int[] places = new int[names.Length];
        for (int i = 0; i < names.Length; i++)
            places[order[names[i]]] = i;
        return ([.. labels.Select(label => places[label])], names);
    }

    private static string Whole(CsvReader line, int column, double value) =>
        value == Math.Floor(value) && Math.Abs(value) < MaxWhole ? ((long)value).ToString(CultureInfo.InvariantCulture)
        : throw line.Bad(column, $"is {line.Shown(column)}", "a word or a whole number for a label; correct the file, or state --csv-label");
}
