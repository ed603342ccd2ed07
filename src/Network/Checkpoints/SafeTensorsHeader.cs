using System.Text.Json;
using System.Text.Unicode;

namespace GpuCgan.Network.Checkpoints;

/// <summary>
/// The JSON header of a safetensors file, checked against the format's rules and against the size of the file:
/// <c>{name: {dtype, shape, data_offsets}, "__metadata__": {string: string}}</c>. Offsets run from 0 to the end of the data
/// without holes or overlap, so no byte of the file is outside the header's account of it.
/// </summary>
internal sealed class SafeTensorsHeader
{
    public const string MetadataName = "__metadata__";

    // The format sets no bound; this one keeps messages that show a shape to one short line.
    private const int MaxRank = 16;

    private readonly string file;
    private readonly long dataBytes;
    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);
    private readonly List<SafeTensorsEntry> tensors = [];

    private SafeTensorsHeader(string file, long dataBytes)
    {
        this.file = file;
        this.dataBytes = dataBytes;
    }

    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafeTensorsEntry> Tensors => tensors;

    /// <exception cref="InvalidDataException">A rule is broken: one line that names the file, the field, and what was expected.</exception>
    public static SafeTensorsHeader Parse(string file, ReadOnlyMemory<byte> json, long dataBytes)
    {
        SafeTensorsHeader header = new(file, dataBytes);
        if (json.Length == 0 || json.Span[0] != (byte)'{')
            throw header.Bad("header", json.Length == 0 ? "is empty" : $"begins with byte 0x{json.Span[0]:x2}", "'{'");
        if (!Utf8.IsValid(json.Span))
            throw header.Bad("header", "is not UTF-8", "JSON in UTF-8");

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            header.ReadAll(document.RootElement);
        }
        catch (JsonException e)
        {
            throw header.Bad("header", FormattableString.Invariant($"is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})"), "one JSON object");
        }
        catch (InvalidOperationException)
        {
            // Raised when a string escapes half of a surrogate pair; every value's kind is checked before it is read.
            throw header.Bad("header", "has a string that is not Unicode text", "whole surrogate pairs in \\u escapes");
        }

        header.CheckOffsets();
        return header;
    }

    private void ReadAll(JsonElement root)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (!names.Add(property.Name))
                throw Bad($"tensor {QuotedText.Of(property.Name)}", "is declared twice", "each name once");
            if (property.Name == MetadataName)
                ReadMetadata(property.Value);
            else
                tensors.Add(ReadTensor(property.Name, property.Value));
        }
    }

    private void ReadMetadata(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Bad(MetadataName, $"is {Kind(element)}", "an object of strings");
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string field = $"{MetadataName} {QuotedText.Of(property.Name)}";
            if (property.Value.ValueKind != JsonValueKind.String)
                throw Bad(field, $"is {Kind(property.Value)}", "a string");
            if (!metadata.TryAdd(property.Name, property.Value.GetString()!))
                throw Bad(field, "is declared twice", "each key once");
        }
    }

    private SafeTensorsEntry ReadTensor(string name, JsonElement element)
    {
        string tensor = $"tensor {QuotedText.Of(name)}";
        if (element.ValueKind != JsonValueKind.Object)
            throw Bad(tensor, $"is {Kind(element)}", "an object with dtype, shape and data_offsets");

        JsonElement? dtype = null, shape = null, offsets = null;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            ref JsonElement? field = ref shape;
            if (property.NameEquals("dtype"))
                field = ref dtype;
            else if (property.NameEquals("data_offsets"))
                field = ref offsets;
            else if (!property.NameEquals("shape"))
                throw Bad(tensor, $"has a field {QuotedText.Of(property.Name)}", "only dtype, shape and data_offsets");
            if (field is not null)
                throw Bad(tensor, $"has the field {QuotedText.Of(property.Name)} twice", "it once");
            field = property.Value;
        }

        SafeTensorsType type = ReadType(tensor, dtype);
        long[] extents = ReadIntegers(tensor, "shape", shape);
        long[] range = ReadIntegers(tensor, "data_offsets", offsets);
        if (range.Length != 2 || range[0] > range[1] || range[1] > dataBytes)
            throw Bad($"{tensor}, data_offsets", $"is [{string.Join(", ", range)}]", $"[begin, end] with begin ≤ end ≤ {dataBytes}, the bytes of data in the file");

        long length = Product(tensor, extents, type);
        if (length * type.Size() != range[1] - range[0])
            throw Bad($"{tensor}, data_offsets", $"spans {range[1] - range[0]} bytes", $"{length * type.Size()} for {type} of shape [{string.Join(", ", extents)}]");
        return new SafeTensorsEntry(name, type, extents, length, range[0]);
    }

    private SafeTensorsType ReadType(string tensor, JsonElement? dtype)
    {
        if (dtype is not { ValueKind: JsonValueKind.String } text)
            throw Bad($"{tensor}, dtype", dtype is null ? "is missing" : $"is {Kind(dtype.Value)}", SafeTensorsTypes.Names);
        if (!SafeTensorsTypes.TryParse(text.GetString(), out SafeTensorsType type))
            throw Bad($"{tensor}, dtype", $"is {QuotedText.Of(text.GetString()!)}", SafeTensorsTypes.Names);
        return type;
    }

    private long[] ReadIntegers(string tensor, string field, JsonElement? element)
    {
        if (element is not { ValueKind: JsonValueKind.Array } array)
            throw Bad($"{tensor}, {field}", element is null ? "is missing" : $"is {Kind(element.Value)}", "an array of integers");
        if (array.GetArrayLength() > MaxRank)
            throw Bad($"{tensor}, {field}", $"has {array.GetArrayLength()} numbers", $"at most {MaxRank}");
        long[] values = new long[array.GetArrayLength()];
        int i = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out long value) || value < 0)
                throw Bad($"{tensor}, {field}", $"has {QuotedText.Of(item.GetRawText())} at index {i}", "an integer from 0 to 2^63 - 1");
            values[i++] = value;
        }

        return values;
    }

    private long Product(string tensor, long[] extents, SafeTensorsType type)
    {
        try
        {
            long product = 1;
            foreach (long extent in extents)
                product = checked(product * extent);
            _ = checked(product * type.Size());
            return product;
        }
        catch (OverflowException)
        {
            throw Bad($"{tensor}, shape", $"is [{string.Join(", ", extents)}]", "a number of bytes below 2^63");
        }
    }

    private void CheckOffsets()
    {
        // An empty tensor begins where its successor does, so the end decides between equal beginnings.
        tensors.Sort((a, b) => (a.Offset, a.Offset + a.ByteLength).CompareTo((b.Offset, b.Offset + b.ByteLength)));
        long end = 0;
        foreach (SafeTensorsEntry entry in tensors)
        {
            if (entry.Offset != end)
                throw Bad($"tensor {QuotedText.Of(entry.Name)}, data_offsets", $"begins at {entry.Offset}", $"{end}, where the tensor before it ends (no holes, no overlap)");
            end += entry.ByteLength;
        }

        if (end != dataBytes)
            throw Bad("data", $"is {dataBytes} bytes", $"{end}, where the last tensor ends (the file is {(dataBytes < end ? "truncated" : "too long")})");
    }

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };

    private InvalidDataException Bad(string field, string found, string expected) => SafeTensorsFile.Bad(file, field, found, expected);
}
