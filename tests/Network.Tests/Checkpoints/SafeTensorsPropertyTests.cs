using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Network.Tests.Checkpoints;

public sealed class SafeTensorsPropertyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A tensor's name, type and extents; a scalar and no elements at all among them.</summary>
    private sealed record Tensor(string Name, int Type, long[] Shape)
    {
        public int Length => (int)Shape.Aggregate(1L, (product, extent) => product * extent);
    }

    private sealed record Content(Tensor[] Tensors, KeyValuePair<string, string>[] Metadata, int Seed, bool WithDigest);

    /// <summary>Any text that is Unicode: quotes, backslashes, control characters and letters beyond the basic plane.</summary>
    private static readonly Gen<string> Text =
        Gen.OneOf(Gen.Choose(0, 0x7F), Gen.Choose(0x80, 0xD7FF), Gen.Choose(0x1F300, 0x1F6FF), Gen.Elements('"', '\\', '/', '\n', '\0').Select(c => (int)c)).ArrayOf()
            .Select(points => string.Concat(points.Select(char.ConvertFromUtf32)));

    private static readonly Gen<Tensor> Tensors =
        from name in Text
        from type in Gen.Choose(0, 3)
        from rank in Gen.Choose(0, 4)
        from shape in Gen.Choose(0, 5).ArrayOf(rank)
        select new Tensor("t" + name, type, [.. shape.Select(extent => (long)extent)]);

    private static readonly Gen<Content> Contents =
        from tensors in Tensors.ArrayOf()
        from keys in Text.ArrayOf()
        from value in Text
        from seed in Gen.Choose(0, int.MaxValue)
        from withDigest in Gen.Elements(true, false)
        select new Content(
            [.. tensors.Take(12).DistinctBy(tensor => tensor.Name)], [.. keys.Take(6).Distinct().Where(key => key != FileDigest.Field).Select(key => KeyValuePair.Create(key, value + key))], seed, withDigest);

    [Fact]
    public void What_is_written_is_what_is_read() => Law.Holds(Contents.Resize(24), 150, content =>
    {
        string path = folder.File("a.safetensors");
        SafeTensorsWriter writer = new();
        Random random = new(content.Seed);
        Dictionary<string, byte[]> bytes = [];
        foreach (var (key, value) in content.Metadata)
            writer.AddMetadata(key, value);
        foreach (Tensor tensor in content.Tensors)
        {
            byte[] drawn = new byte[tensor.Length * (tensor.Type switch { 0 => 1, 1 => 8, _ => 4 })];
            random.NextBytes(drawn);
            bytes.Add(tensor.Name, drawn);
            Action<string, long[], byte[]> add = tensor.Type switch { 0 => Add<byte>, 1 => Add<long>, 2 => Add<int>, _ => Add<float> };
            add(tensor.Name, tensor.Shape, drawn);
        }

        writer.Write(path, content.WithDigest);
        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        if (content.WithDigest)
            file.CheckDigest();
        Assert.Equal(content.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal), file.Metadata.Where(pair => pair.Key != FileDigest.Field).OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.Equal(content.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal), file.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
        foreach (Tensor tensor in content.Tensors)
        {
            Assert.Equal(tensor.Shape, file.Tensors.Single(entry => entry.Name == tensor.Name).Shape);
            byte[] read = tensor.Type switch { 0 => Read<byte>(file, tensor), 1 => Read<long>(file, tensor), 2 => Read<int>(file, tensor), _ => Read<float>(file, tensor) };
            // A float that is no number is refused by whoever uses it, not by the format.
            Assert.Equal(bytes[tensor.Name], read);
        }

        void Add<T>(string name, long[] shape, byte[] drawn) where T : unmanaged => writer.Add<T>(name, shape, MemoryMarshal.Cast<byte, T>(drawn).ToArray());
    });

    [Fact]
    public void Any_bytes_are_read_or_refused_in_a_line_that_names_the_file() => Law.Holds(ArbMap.Default.ArbFor<byte[]>(), 300, Open);

    /// <summary>Headers that are JSON, with fields that are nearly right: what damaged bytes seldom come to.</summary>
    [Fact]
    public void Any_header_is_read_or_refused_and_what_is_read_fills_the_file() => Law.Holds(Headers, 400, entries =>
    {
        string json = "{" + string.Join(',', entries.Select(entry => $"{JsonSerializer.Serialize(entry.Name)}:{{\"dtype\":{entry.Type},\"shape\":{entry.Shape},\"data_offsets\":{entry.Offsets}}}")) + "}";
        Open([.. BitConverter.GetBytes((ulong)Encoding.UTF8.GetByteCount(json)), .. Encoding.UTF8.GetBytes(json), .. new byte[8]]);
    });

    private static readonly Gen<(string Name, string Type, string Shape, string Offsets)[]> Headers =
        (from name in Gen.Elements("a", "b", "__metadata__", "")
         from type in Gen.Frequency((6, Gen.Constant("\"F32\"")), (2, Gen.Constant("\"U8\"")), (1, Gen.Elements("\"I64\"", "\"F16\"", "null", "3", "[]")))
         from shape in Gen.Frequency((6, Gen.Elements("[1]", "[2]", "[1,1]", "[]", "[8]", "[0]")), (1, Gen.Elements("[-1]", "[0.5]", "[9223372036854775807,2]", "null", "{}", "[\"1\"]")))
         from offsets in Gen.Frequency((6, Gen.Elements("[0,4]", "[4,8]", "[0,8]", "[8,8]")), (1, Gen.Elements("[4,0]", "[0,9]", "[-4,4]", "[0]", "[0,4,8]", "[0,18446744073709551616]", "0")))
         select (name, type, shape, offsets)).ArrayOf(2).Or((
         from type in Gen.Elements("\"F32\"", "\"I32\"", "\"U8\"", "\"I64\"")
         from shape in Gen.Elements("[2]", "[1,2]", "[8]", "[1]")
         select new[] { ("a", type, shape, "[0,8]") }));

    private void Open(byte[] bytes)
    {
        string path = folder.File("a.safetensors");
        File.WriteAllBytes(path, bytes);
        try
        {
            using SafeTensorsFile file = SafeTensorsFile.Open(path);
            long at = 0;
            foreach (SafeTensorsEntry tensor in file.Tensors.OrderBy(entry => entry.Offset).ThenBy(entry => entry.ByteLength))
            {
                Assert.Equal(at, tensor.Offset);
                at += tensor.ByteLength;
            }

            Assert.Equal(bytes.Length, sizeof(ulong) + (long)BitConverter.ToUInt64(bytes) + at);
        }
        catch (InvalidDataException e)
        {
            Assert.StartsWith(path, e.Message);
            Assert.DoesNotContain(e.Message, char.IsControl);
        }
    }

    private static byte[] Read<T>(SafeTensorsFile file, Tensor tensor) where T : unmanaged
    {
        T[] values = new T[tensor.Length];
        file.Read<T>(tensor.Name, tensor.Shape, values);
        return MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
    }
}
