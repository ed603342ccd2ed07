using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Network.Tests.Checkpoints;

/// <summary>The bytes are checked by the format's description here, without the reader.</summary>
public sealed class SafeTensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void One_small_file_is_byte_for_byte_what_the_format_says()
    {
        SafeTensorsWriter writer = new();
        writer.AddMetadata("step", "7");
        writer.Add<float>("w", [2, 1], new float[] { 1f, -2f });
        writer.Add<byte>("b", [3], new byte[] { 1, 2, 255 });
        writer.Write(folder.File("a.safetensors"));

        string json = """{"__metadata__":{"step":"7"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""";
        json = json.PadRight((json.Length + 7) / 8 * 8);
        byte[] expected = [.. BitConverter.GetBytes((ulong)json.Length), .. Encoding.ASCII.GetBytes(json), 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 1, 2, 255];
        Assert.Equal(expected, File.ReadAllBytes(folder.File("a.safetensors")));
    }

    [Fact]
    public void The_header_fills_whole_words_and_the_offsets_run_without_holes_aligned_to_their_type()
    {
        for (int nameLength = 1; nameLength <= 16; nameLength++)
        {
            SafeTensorsWriter writer = new();
            writer.Add<byte>(new string('u', nameLength), [5], new byte[5]);
            writer.Add<float>("f", [3], new float[3]);
            writer.Add<long>("l", [], new long[1]);
            writer.Add<int>("i", [1, 0], Array.Empty<int>());
            writer.Write(folder.File("a.safetensors"));

            byte[] file = File.ReadAllBytes(folder.File("a.safetensors"));
            int headerBytes = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
            Assert.Equal(0, headerBytes % 8);
            using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, headerBytes));
            long end = 0;
            foreach (JsonProperty tensor in header.RootElement.EnumerateObject())
            {
                long begin = tensor.Value.GetProperty("data_offsets")[0].GetInt64();
                int size = tensor.Value.GetProperty("dtype").GetString() switch { "I64" => 8, "U8" => 1, _ => 4 };
                Assert.Equal(end, begin);
                Assert.Equal(0, begin % size);
                end = tensor.Value.GetProperty("data_offsets")[1].GetInt64();
            }

            Assert.Equal(file.Length, 8 + headerBytes + end);
            Assert.Equal(["l", "f", "i", new string('u', nameLength)], header.RootElement.EnumerateObject().Select(tensor => tensor.Name));
        }
    }

    [Fact]
    public void The_same_calls_give_the_same_bytes()
    {
        foreach (string name in (string[])["a", "b"])
        {
            SafeTensorsWriter writer = new();
            foreach (string key in (string[])["z", "a", "m"])
                writer.AddMetadata(key, key);
            writer.Add<float>("z", [1], new float[1]);
            writer.Add<float>("a", [1], new float[1]);
            writer.Write(folder.File(name));
        }

        Assert.Equal(File.ReadAllBytes(folder.File("a")), File.ReadAllBytes(folder.File("b")));
    }

    [Fact]
    public void Values_are_read_at_the_write_so_that_one_writer_can_serve_many_checkpoints()
    {
        float[] values = [1f];
        SafeTensorsWriter writer = new();
        writer.Add<float>("w", [1], values);
        values[0] = 2f;
        writer.Write(folder.File("a"));

        Assert.Equal(2f, BitConverter.ToSingle(File.ReadAllBytes(folder.File("a")).AsSpan()[^4..]));
    }

    [Fact]
    public void Declarations_that_the_format_cannot_hold_are_refused()
    {
        SafeTensorsWriter writer = new();
        writer.Add<float>("w", [2], new float[2]);
        writer.AddMetadata("k", "v");

        Assert.Contains("'w' was added twice", Assert.Throws<ArgumentException>(() => writer.Add<float>("w", [2], new float[2])).Message);
        Assert.Contains("holds 6 values, 5 were given", Assert.Throws<ArgumentException>(() => writer.Add<float>("v", [2, 3], new float[5])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Add<float>("v", [-1, -1], new float[1]));
        Assert.Contains("reserves", Assert.Throws<ArgumentException>(() => writer.Add<float>("__metadata__", [1], new float[1])).Message);
        Assert.Contains("Double", Assert.Throws<ArgumentException>(() => writer.Add<double>("v", [1], new double[1])).Message);
        Assert.Contains("'k' was added twice", Assert.Throws<ArgumentException>(() => writer.AddMetadata("k", "v")).Message);
    }

    [Fact]
    public void A_folder_that_is_missing_is_reported_and_not_made()
    {
        SafeTensorsWriter writer = new();
        Assert.Throws<DirectoryNotFoundException>(() => writer.Write(folder.File("missing/a.safetensors")));
        Assert.False(Directory.Exists(folder.File("missing")));
    }

    /// <summary>The rule as docs/checkpoints.md gives it, followed by hand.</summary>
    [Fact]
    public void The_digest_is_that_of_the_file_with_zeros_in_its_place()
    {
        SafeTensorsWriter writer = new();
        writer.AddMetadata("a", "\"file_sha256\":\"x");
        writer.Add<float>("w", [3], new float[] { 1f, 2f, 3f });
        writer.Write(folder.File("a"), withDigest: true);

        string text = Encoding.Latin1.GetString(File.ReadAllBytes(folder.File("a")));
        int at = text.LastIndexOf("\"file_sha256\":\"", StringComparison.Ordinal) + 15;
        string zeros = text[..at] + new string('0', 64) + text[(at + 64)..];
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.Latin1.GetBytes(zeros))), text[at..(at + 64)]);
        using SafeTensorsFile file = SafeTensorsFile.Open(folder.File("a"));
        file.CheckDigest();
        Assert.Equal(text[at..(at + 64)], file.Metadata["file_sha256"]);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => writer.AddMetadata("file_sha256", "")).Message);
    }
}
