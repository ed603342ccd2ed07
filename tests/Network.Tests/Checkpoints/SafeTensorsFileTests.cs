using System.Text;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Network.Tests.Checkpoints;

public sealed class SafeTensorsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A file put together by hand: the header length, the header as given, the data.</summary>
    private string Craft(string header, int dataBytes = 0) => Craft(Encoding.UTF8.GetBytes(header), dataBytes);

    private string Craft(byte[] header, int dataBytes)
    {
        string path = folder.File("crafted.safetensors");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. new byte[dataBytes]]);
        return path;
    }

    private static string Refusal(string path)
    {
        string message = Assert.Throws<InvalidDataException>(() => SafeTensorsFile.Open(path).Dispose()).Message;
        Assert.StartsWith(path + ": ", message);
        Assert.DoesNotContain('\n', message);
        Assert.Contains("expected", message);
        return message;
    }

    [Fact]
    public void What_was_written_is_read_back_to_the_bit()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            SafeTensorsWriter writer = new();
            List<(string Name, long[] Shape, Array Values)> written = [];
            for (int t = random.Next(0, 6); t > 0; t--)
            {
                string name = $"net.{t}.«{random.Next()}\"\n";
                long[] shape = [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => (long)random.Next(0, 5))];
                int length = (int)shape.Aggregate(1L, (a, b) => a * b);
                byte[] bits = new byte[length * 8];
                random.NextBytes(bits);
                switch (random.Next(4))
                {
                    case 0:
                        Add<float>(writer, written, name, shape, [.. Enumerable.Range(0, length).Select(i => BitConverter.ToSingle(bits, i * 8))]);
                        break;
                    case 1:
                        Add<int>(writer, written, name, shape, [.. Enumerable.Range(0, length).Select(i => BitConverter.ToInt32(bits, i * 8))]);
                        break;
                    case 2:
                        Add<long>(writer, written, name, shape, [.. Enumerable.Range(0, length).Select(i => BitConverter.ToInt64(bits, i * 8))]);
                        break;
                    default:
                        Add<byte>(writer, written, name, shape, bits[..length]);
                        break;
                }
            }

            writer.AddMetadata("sééd", $"{seed}\n✓");
            string path = folder.File("a.safetensors");
            writer.Write(path);

            using SafeTensorsFile file = SafeTensorsFile.Open(path);
            string context = $"seed {seed}";
            Assert.True(file.Metadata.Count == 1 && file.RequiredMetadata("sééd") == $"{seed}\n✓", context);
            Assert.True(file.Tensors.Count == written.Count, context);
            foreach ((string name, long[] shape, Array values) in written)
            {
                SafeTensorsEntry entry = file.Tensors.Single(entry => entry.Name == name);
                Assert.True(entry.Shape.SequenceEqual(shape), context);
                Assert.True(entry.Length == values.Length && file.Contains(name), context);
                bool same = values switch
                {
                    float[] floats => Same(file, name, shape, floats),
                    int[] ints => Same(file, name, shape, ints),
                    long[] longs => Same(file, name, shape, longs),
                    _ => Same(file, name, shape, (byte[])values),
                };
                Assert.True(same, $"{context}, {name}");
            }
        }
    }

    private static void Add<T>(SafeTensorsWriter writer, List<(string Name, long[] Shape, Array Values)> written, string name, long[] shape, T[] values)
        where T : unmanaged
    {
        writer.Add<T>(name, shape, values);
        written.Add((name, shape, values));
    }

    // Compared as bytes: a NaN's payload must survive too.
    private static bool Same<T>(SafeTensorsFile file, string name, long[] shape, T[] values)
        where T : unmanaged
    {
        T[] byShape = new T[values.Length], byLength = new T[values.Length];
        file.Read<T>(name, shape, byShape);
        file.Read<T>(name, byLength);
        ReadOnlySpan<byte> expected = System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(values);
        return expected.SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(byShape))
            && expected.SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(byLength));
    }

    [Fact]
    public void Every_truncation_and_every_appended_byte_is_refused()
    {
        SafeTensorsWriter writer = new();
        writer.AddMetadata("k", "v");
        writer.Add<float>("w", [3], new float[] { 1, 2, 3 });
        writer.Add<byte>("b", [3], new byte[] { 1, 2, 3 });
        string whole = folder.File("whole.safetensors");
        writer.Write(whole);
        byte[] bytes = File.ReadAllBytes(whole);
        string torn = folder.File("torn.safetensors");
        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(torn, bytes[..length]);
            Refusal(torn);
        }

        File.WriteAllBytes(torn, [.. bytes, 0]);
        Assert.Contains("too long", Refusal(torn));
        SafeTensorsFile.Open(whole).Dispose();
    }

    [Fact]
    public void Any_bytes_are_read_or_refused()
    {
        SafeTensorsWriter writer = new();
        writer.AddMetadata("k", "v");
        writer.Add<float>("w", [3], new float[] { 1, 2, 3 });
        writer.Add<int>("i", [], new int[1]);
        string path = folder.File("a.safetensors");
        writer.Write(path);
        byte[] whole = File.ReadAllBytes(path);
        for (int seed = 0; seed < 2000; seed++)
        {
            Random random = new(seed);
            byte[] bytes = [.. whole];
            for (int i = random.Next(1, 4); i > 0; i--)
                bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"0123456789[]{}\",:-.e\\ "[random.Next(22)];
            File.WriteAllBytes(path, bytes);
            try
            {
                using SafeTensorsFile file = SafeTensorsFile.Open(path);
                Assert.True(file.Tensors.Sum(entry => entry.ByteLength) < bytes.Length, $"seed {seed}");
            }
            catch (InvalidDataException e)
            {
                Assert.True(e.Message.StartsWith(path, StringComparison.Ordinal) && !e.Message.Any(char.IsControl), $"seed {seed}: {e.Message}");
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}: {e}");
            }
        }
    }

    [Theory]
    [InlineData("[]", 0, "header begins with byte 0x5b, expected '{'")]
    [InlineData(" {}", 0, "header begins with byte 0x20")]
    [InlineData("", 0, "header is empty")]
    [InlineData("{", 0, "header is not JSON (line 1, byte 2)")]
    [InlineData("{} x", 0, "header is not JSON")]
    [InlineData("{}", 4, "data is 4 bytes, expected 0")]
    [InlineData("""{"__metadata__":[]}""", 0, "__metadata__ is an array, expected an object of strings")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "__metadata__ 'a' is a number, expected a string")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "__metadata__ 'a' is declared twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "declared twice")]
    [InlineData("""{"a":1}""", 0, "tensor 'a' is a number")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a', dtype is missing, expected F32, I32, I64 or U8")]
    [InlineData("""{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}""", 4, "tensor 'a', dtype is 'F16', expected F32")]
    [InlineData("""{"a":{"dtype":"0","shape":[1],"data_offsets":[0,4]}}""", 4, "dtype is '0'")]
    [InlineData("""{"a":{"dtype":null,"shape":[1],"data_offsets":[0,4]}}""", 4, "dtype is null")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "tensor 'a', shape is missing")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "tensor 'a', data_offsets is missing")]
    [InlineData("""{"a":{"dtype":"F32","shape":{},"data_offsets":[0,4]}}""", 4, "shape is an object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "shape has '-1' at index 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "shape has '1.5'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}""", 4, "shape has '9223372036854775808'")]
    [InlineData("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "shape has '\"1\"'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "shape has 17 numbers, expected at most 16")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "expected a number of bytes below 2^63")]
    [InlineData("""{"a":{"dtype":"I64","shape":[2305843009213693952],"data_offsets":[0,0]}}""", 0, "expected a number of bytes below 2^63")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "data_offsets spans 4 bytes, expected 8 for F32 of shape [2]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", 4, "data_offsets is [0, 8]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "data_offsets is [4, 0]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "data_offsets is [0]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "begins at 4, expected 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "begins at 0, expected 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "tensor 'b', data_offsets begins at 8, expected 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "data is 5 bytes, expected 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "tensor 'a' is declared twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}""", 4, "has the field 'shape' twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}""", 4, "has a field 'x'")]
    [InlineData("""{"\ud800":{}}""", 0, "not Unicode text")]
    [InlineData("""{"a\n\u001b[31m":1}""", 0, @"tensor 'a\u000a\u001b[31m' is a number")]
    public void A_header_that_breaks_a_rule_is_refused_by_field(string header, int dataBytes, string complaint)
        => Assert.Contains(complaint, Refusal(Craft(header, dataBytes)));

    [Fact]
    public void Headers_that_are_no_text_or_nest_without_end_are_refused()
    {
        Assert.Contains("not UTF-8", Refusal(Craft([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}'], 0)));
        Assert.Contains("not JSON", Refusal(Craft("{\"a\":" + new string('[', 100_000))));
    }

    [Theory]
    [InlineData(3UL, "header length is 3, expected at most 2")]
    [InlineData(100_000_001UL, "header length is 100000001, expected at most 100000000")]
    [InlineData(ulong.MaxValue, "header length is 18446744073709551615")]
    [InlineData(1UL << 63, "header length is 9223372036854775808")]
    public void A_header_length_beyond_the_file_or_the_bound_is_refused(ulong length, string complaint)
    {
        string path = folder.File("a.safetensors");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes(length), (byte)'{', (byte)'}']);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(complaint, Refusal(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Files_of_others_are_read_whatever_the_order_of_the_header()
    {
        string path = Craft("""{"late":{"data_offsets":[4,8],"shape":[1],"dtype":"I32"},"none":{"dtype":"F32","shape":[0,7],"data_offsets":[4,4]},"early":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}    """, 8);
        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        Assert.Equal(["early", "none", "late"], file.Tensors.Select(entry => entry.Name));
        Assert.Equal([SafeTensorsType.F32, SafeTensorsType.F32, SafeTensorsType.I32], file.Tensors.Select(entry => entry.Type));
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void An_empty_tensor_that_is_declared_behind_its_successor_leaves_no_overlap()
    {
        string path = Craft("""{"full":{"dtype":"I32","shape":[1],"data_offsets":[0,4]},"none":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 4);
        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        Assert.Equal(["none", "full"], file.Tensors.Select(entry => entry.Name));
    }

    [Fact]
    public void A_file_of_another_network_is_refused_by_tensor()
    {
        SafeTensorsWriter writer = new();
        writer.Add<float>("w", [2, 3], new float[6]);
        string path = folder.File("a.safetensors");
        writer.Write(path);
        using SafeTensorsFile file = SafeTensorsFile.Open(path);

        Assert.Contains("tensor 'w' has shape [2, 3], expected [3, 2]", Assert.Throws<InvalidDataException>(() => file.Read<float>("w", [3, 2], new float[6])).Message);
        Assert.Contains("tensor 'w' has shape [2, 3], expected 5 elements", Assert.Throws<InvalidDataException>(() => file.Read("w", new float[5].AsSpan())).Message);
        Assert.Contains("tensor 'w' has dtype F32, expected I32", Assert.Throws<InvalidDataException>(() => file.Read("w", new int[6].AsSpan())).Message);
        Assert.Contains("tensor 'v' is missing", Assert.Throws<InvalidDataException>(() => file.Read("v", new float[6].AsSpan())).Message);
        Assert.Contains("__metadata__ 'recipe' is missing", Assert.Throws<InvalidDataException>(() => file.RequiredMetadata("recipe")).Message);
        Assert.Throws<ArgumentException>(() => file.Read<float>("w", [2, 3], new float[5]));
        Assert.False(file.Contains("v"));
    }

    [Fact]
    public void A_path_without_a_file_is_named()
    {
        Assert.Contains("missing.safetensors: does not exist", Assert.Throws<FileNotFoundException>(() => SafeTensorsFile.Open(folder.File("missing.safetensors"))).Message);
        Assert.Contains("is a folder", Assert.Throws<FileNotFoundException>(() => SafeTensorsFile.Open(folder.FullPath)).Message);
    }
}
