using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using GpuCgan.Host.Data;
using GpuCgan.Host.Data.Pictures;
using GpuCgan.Host.Evaluation;
using GpuCgan.Host.Runs;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Classification;
using GpuCgan.Network.Recipes;
using SkiaSharp;

namespace GpuCgan.Fuzz;

/// <summary>Every reader of the program, with sound files to begin from.</summary>
internal sealed class FuzzTargets : IDisposable
{
    private const long Kilobyte = 1024;

    private readonly string _folder = Directory.CreateTempSubdirectory("gpucgan-fuzz-seeds-").FullName;
    private readonly ComputeDevice _device = ComputeDevice.Open("cpu", 1);

    public FuzzTargets()
    {
        byte[] idx = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, .. Enumerable.Range(0, 24).Select(i => (byte)i)];
        byte[] csv = Encoding.ASCII.GetBytes("label,a,b,c,d\n1,0,128,255,3\n0,\"7\",8,9,10\n1,0,0,255,255\n");
        byte[][] tensors = [Tensors(), Encoded("""{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]},"__metadata__":{"k":"v"}}  """, 11)];
        byte[] checkpoint = Checkpoint(), classifier = ClassifierBytes();
        byte[] recipe = Encoding.UTF8.GetBytes(RecipeFile.ToJson(new Recipe()).ToJsonString());
        byte[] options = Encoding.UTF8.GetBytes($$"""{"version":"0.1.0","data":"digits","data_dir":null,"data_options":{"size":"8x8","grayscale":false,"csv_range":"0..255","csv_shape":"2x2"},"steps":60,"recipe":{{Encoding.UTF8.GetString(recipe)}}}""");
        byte[] metrics = Encoding.UTF8.GetBytes("{\"step\":50,\"epoch\":1.5,\"seconds\":0.1,\"d_loss\":1.3,\"g_loss\":null,\"d_real\":0.5,\"d_fake\":0.4,\"images_per_second\":1e5}\n{\"step\":60,\"epoch\":2,\"seconds\":0.2,\"d_loss\":1,\"g_loss\":1,\"d_real\":0.5,\"d_fake\":0.4,\"images_per_second\":2}\n");
        All =
        [
            new("safetensors", "a.safetensors", tensors, ReadTensors, RepairHeaderLength, Linear(100, 64)),
            new("gan-header", "a.safetensors", [checkpoint], path => GanCheckpoint.ReadHeader(path), RepairHeaderLength, Linear(100, 512)),
            new("gan-checkpoint", "a.safetensors", [checkpoint], LoadSmall, RepairHeaderLength, Linear(100, 4096)),
            new("classifier", "a.safetensors", [classifier], path => LoadClassifier(path).Dispose(), RepairHeaderLength, Linear(100, 4096)),
            new("idx", "images-idx3-ubyte", [idx, Gzip(idx)], path => CheckIdx(IdxFile.ReadImages(path)), None, Linear(1100, 64)),
            new("idx-labels", "labels-idx1-ubyte", [[0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 0]], path => IdxFile.ReadLabels(path), None, Linear(1100, 64)),
            new("gzip", "a.gz", [Gzip(idx), Gzip(new byte[5000])], UnpackGzip, None, Linear(1100, 64)),
            new("gzip-content", "a.csv.gz", [csv], path => DataSets.Load(path), (bytes, _) => Gzip(bytes), Linear(2200, 4096)),
            new("csv", "a.csv", [csv, Encoding.ASCII.GetBytes("0 0.5 1 0.25 a\n0.1 0.2 0.3 0.4 b\n0.9 0.8 0.7 0.6 a\n")], path => DataSets.Load(path), None, Linear(1100, 4096)),
            new("png", "a.png", [Png(3, 5), Png(8, 8)], path => PictureFile.Read(path, ImageConversion.None), RepairPng, Linear(1100, 1024)),
            new("recipe", "recipe.json", [recipe, options, Encoding.ASCII.GetBytes("{}")], path => RecipeFile.Load(path), None, Linear(200, 256)),
            new("options", "options.json", [options], ReadOptions, None, Linear(200, 256)),
            new("metrics", "metrics.jsonl", [metrics], path => MetricsLog.Read(path), None, Linear(200, 64)),
            new("evaluation", "evaluation.json", [Encoding.UTF8.GetBytes(Evaluation)], path => EvaluationFile.ToJson(EvaluationFile.Read(path)), None, Linear(200, 256)),
        ];
    }

    public IReadOnlyList<FuzzTarget> All { get; }

    public void Dispose()
    {
        _device.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private const string Evaluation = """
        {"format":"gpucgan-evaluation-1","version":"0","backend":"b","device":"d","checkpoint":"c","step":1,"recipe":"r","run_seed":1,"seed":2,
        "data":{"name":"n","train_sha256":"a","test_sha256":"b","train_images":1,"test_images":1,"split":"s","trained_on":true},
        "classifier":{"id":"i","test_accuracy":0.5,"features":3,"cached":false},"images":1,"real_images":1,"neighbours":5,
        "scores":{"label_accuracy":{"generated":0.5,"real":1},"cas":null,"fid":null,"precision":null,"recall":null,"density":null,"coverage":null},
        "classes":[{"label":0,"name":"0","images":1,"real_images":1,"test_images":1,"scores":{"label_accuracy":null,"cas":null,"fid":null,"precision":null,"recall":null,"density":null,"coverage":null}}],
        "confusion":{"generated":[[1]],"real":[[1]]},"seconds":1.5}
        """;

    private static readonly Recipe Small = new() { Name = "small", Latent = 3, Generator = ["linear 64", "leaky_relu 0.2", "linear image", "tanh"], Discriminator = ["linear 64", "leaky_relu 0.2", "linear 1"], BatchSize = 2 };
    private static readonly ImageShape Shape = new(4, 4, 1);
    private static readonly ClassifierRecipe Judge = new() { Widths = [16] };

    private static Func<long, long> Linear(long factor, long kilobytes) => length => (factor * length) + (kilobytes * Kilobyte);

    private static byte[] None(byte[] bytes, byte[] seed) => bytes;

    private static void ReadTensors(string path)
    {
        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        Expect(file.Tensors.Sum(tensor => tensor.ByteLength) <= new FileInfo(path).Length, "more data than the file has");
        Expect(file.Tensors.Select(tensor => tensor.Name).Distinct().Count() == file.Tensors.Count, "a name twice");
    }

    private static void CheckIdx(IdxImages images) => Expect(images.Pixels.Length == images.Count * images.Height * images.Width, "pixels that are not those of the header");

    private static void UnpackGzip(string path)
    {
        using FileStream stream = File.OpenRead(path);
        GzipContent.Unpack(stream, StoredFile.MaxBytes, path);
    }

    private static void ReadOptions(string path)
    {
        var options = RunDirectory.Open(Path.GetDirectoryName(path)!).ReadOptions();
        RunOptions.Data(options, path);
        RunOptions.Number(options, "steps", path);
        RecipeFile.Parse(options["recipe"], path);
    }

    private static void Expect(bool holds, string fault)
    {
        if (!holds)
            throw new InvalidOperationException($"a wrong result: {fault}");
    }

    private void LoadSmall(string path) => GanCheckpoint.Load(_device, path).Dispose();

    private Classifier LoadClassifier(string path) => ClassifierFile.Load(_device, path, Judge, Shape, 2, "hash");

    private byte[] Checkpoint()
    {
        string path = Path.Combine(_folder, "gan.safetensors");
        using ConditionalGan gan = new(_device, Small, Shape, 2, 1);
        GanCheckpoint.Save(gan, path);
        return File.ReadAllBytes(path);
    }

    private byte[] ClassifierBytes()
    {
        string path = Path.Combine(_folder, "classifier.safetensors");
        using Classifier classifier = new(_device, Judge, Shape, 2);
        ClassifierFile.Save(classifier, path, "hash");
        return File.ReadAllBytes(path);
    }

    private byte[] Tensors()
    {
        string path = Path.Combine(_folder, "tensors.safetensors");
        SafeTensorsWriter writer = new();
        writer.AddMetadata("k", "v");
        writer.Add<float>("w", [3], new float[] { 1, 2, 3 });
        writer.Add<int>("i", [], new int[1]);
        writer.Write(path);
        return File.ReadAllBytes(path);
    }

    private static byte[] Encoded(string header, int dataBytes) => [.. BitConverter.GetBytes((ulong)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[dataBytes]];

    /// <summary>The header's length moves with the bytes that came or went, as if all of them were the header's.</summary>
    private static byte[] RepairHeaderLength(byte[] bytes, byte[] seed)
    {
        if (bytes.Length < sizeof(ulong))
            return bytes;
        byte[] repaired = [.. bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(repaired, BinaryPrimitives.ReadUInt64LittleEndian(seed) + (ulong)(bytes.Length - seed.Length));
        return repaired;
    }

    private static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(content);
        return packed.ToArray();
    }

    private static byte[] Png(int height, int width)
    {
        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (int i = 0; i < height * width; i++)
            bitmap.SetPixel(i % width, i / width, new SKColor((byte)(i * 9), (byte)(i * 31), (byte)i, (byte)(255 - i)));
        using SKImage image = SKImage.FromBitmap(bitmap);
        using SKData data = image.Encode();
        return data.ToArray();
    }

    private static byte[] RepairPng(byte[] bytes, byte[] seed) => PngChecks.Repair(bytes);
}
