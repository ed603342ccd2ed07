using GpuCgan.Host.Data.Csv;
using GpuCgan.Host.Runs;
using GpuCgan.Host.Tests.Data;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Classification;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Tests.Fuzzing;

/// <summary>What the fuzzer and the reading for it found, each as a file of its own: docs/reliability.md.</summary>
public sealed class FuzzFindingsTests : IDisposable
{
    private static readonly ImageShape Shape = new(4, 4, 1);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Put(string name, string text)
    {
        File.WriteAllText(folder.Entry(name), text);
        return folder.Entry(name);
    }

    private static string Refusal(string path, Action read)
    {
        string message = Assert.Throws<InvalidDataException>(read).Message;
        Assert.Contains(path, message);
        Assert.DoesNotContain(message, char.IsControl);
        return message;
    }

    [Theory]
    [InlineData("\u001b[31m7")]
    [InlineData("\u0007")]
    [InlineData("1\u000b2")]
    public void Control_characters_of_a_CSV_field_stay_out_of_the_message(string field)
    {
        string path = Put("a.csv", $"0,1,2,3,0\n1,{field},2,3,1\n3,2,1,0,1\n");
        Assert.Contains("line 2", Refusal(path, () => CsvDataSet.Load("own", path, CsvForm.Inferred)));
    }

    [Theory]
    [InlineData("""{"data":"\ud800","steps":60}""")]
    [InlineData("""{"steps":60,"list":[{"a":["\udfff"]}]}""")]
    public void Options_whose_text_is_no_Unicode_are_refused(string text)
    {
        RunDirectory run = RunDirectory.Create(folder.FullPath, "a");
        File.WriteAllText(run.OptionsFile, text);
        Assert.Contains("no Unicode", Refusal(run.OptionsFile, () => run.ReadOptions()));
    }

    [Fact]
    public void A_name_twice_in_a_recipe_is_refused()
    {
        string path = Put("r.json", """{"latent":5,"latent":6}""");
        Assert.Contains("latent", Refusal(path, () => RecipeFile.Load(path)));
    }

    [Theory]
    [InlineData("""{"name":null}""")]
    [InlineData("""{"generator":null}""")]
    [InlineData("""{"generator":[null]}""")]
    [InlineData("""{"augment":null}""")]
    public void A_null_in_a_recipe_is_refused(string text)
    {
        string path = Put("r.json", text);
        Refusal(path, () => RecipeFile.Load(path));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Weights_of_a_classifier_that_are_not_finite_are_refused(float value)
    {
        ClassifierRecipe recipe = new() { Widths = [16] };
        string sound = folder.Entry("sound.safetensors"), damaged = folder.Entry("damaged.safetensors");
        using ComputeDevice device = ComputeDevice.Open("cpu", 1);
        using (Classifier classifier = new(device, recipe, Shape, 2))
            ClassifierFile.Save(classifier, sound, "hash");
        ClassifierFile.Load(device, sound, recipe, Shape, 2, "hash").Dispose();
        CopyChanged(sound, damaged, (_, text) => text, values => values[0] = value);
        Assert.Contains("finite", Refusal(damaged, () => ClassifierFile.Load(device, damaged, recipe, Shape, 2, "hash")));
    }

    /// <summary>Refused before anything is allocated for it: by what the file holds, not by what its recipe says.</summary>
    [Fact]
    public void A_small_checkpoint_whose_recipe_asks_for_gigabytes_is_refused()
    {
        Recipe recipe = new() { Name = "small", Latent = 3, Generator = ["linear 64", "leaky_relu 0.2", "linear image", "tanh"], Discriminator = ["linear 64", "leaky_relu 0.2", "linear 1"], BatchSize = 2, ScaleWidths = false };
        string sound = folder.Entry("sound.safetensors"), greedy = folder.Entry("greedy.safetensors");
        using ComputeDevice device = ComputeDevice.Open("cpu", 1);
        using (ConditionalGan gan = new(device, recipe, Shape, 2, 1))
            GanCheckpoint.Save(gan, sound);
        CopyChanged(sound, greedy, (key, text) => key == "recipe" ? text.Replace("linear 64", "linear 16384\",\"linear 16384", StringComparison.Ordinal) : text, _ => { });
        long before = device.HeldBytes;
        string message = Refusal(greedy, () => GanCheckpoint.Load(device, greedy));
        Assert.True(message.Contains("does not belong to a file of", StringComparison.Ordinal), message);
        // What the refused networks had begun with went as well.
        Assert.Equal(before, device.HeldBytes);
    }

    /// <summary>The same tensors of floats and metadata, but for a change, with sound offsets and a sound digest.</summary>
    private static void CopyChanged(string from, string to, Func<string, string, string> metadata, Action<float[]> tensor)
    {
        using SafeTensorsFile file = SafeTensorsFile.Open(from);
        SafeTensorsWriter writer = new();
        foreach (var (key, text) in file.Metadata.Where(pair => pair.Key != "file_sha256"))
            writer.AddMetadata(key, metadata(key, text));
        foreach (SafeTensorsEntry entry in file.Tensors)
        {
            float[] values = new float[entry.Length];
            file.Read<float>(entry.Name, values);
            tensor(values);
            writer.Add<float>(entry.Name, [.. entry.Shape], values);
        }

        writer.Write(to, withDigest: file.Metadata.ContainsKey("file_sha256"));
    }
}
