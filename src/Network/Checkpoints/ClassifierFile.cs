using System.Globalization;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Classification;

namespace GpuCgan.Network.Checkpoints;

/// <summary>
/// A trained <see cref="Classifier"/> in a safetensors file: weights and running statistics, and in the metadata what it was trained from, so that a file is taken only for what it
/// is. It cannot be trained further.
/// </summary>
public static class ClassifierFile
{
    /// <summary>Of the file and of the training behind it: another where the same data and recipe make another classifier.</summary>
    public const string Format = "gpucgan-classifier-1";

    /// <summary>Waits for the device and writes the file, to a temporary name first.</summary>
    /// <param name="classifier">A trained one.</param>
    /// <param name="path">The file.</param>
    /// <param name="dataHash">SHA-256 of the images and labels that it was trained on.</param>
    public static void Save(Classifier classifier, string path, string dataHash)
    {
        var writer = new SafeTensorsWriter();
        foreach (var (key, value) in Metadata(classifier, dataHash))
            writer.AddMetadata(key, value);
        foreach (var arena in Arenas(classifier))
        {
            var all = arena.Download();
            foreach (var slot in arena.Layout.Slots)
                writer.Add(slot.Name, slot.Shape, new ReadOnlyMemory<float>(all, (int)slot.Offset, slot.Length));
        }
        writer.Write(path);
    }

    /// <summary>The classifier of the file, on <paramref name="device"/>.</summary>
    /// <exception cref="InvalidDataException">The file is torn, or it is not the classifier of this recipe and these data.</exception>
    public static Classifier Load(ComputeDevice device, string path, ClassifierRecipe recipe, ImageShape image, int classes, string dataHash)
    {
        using var file = SafeTensorsFile.Open(path);
        var classifier = new Classifier(device, recipe, image, classes);
        try
        {
            foreach (var (key, value) in Metadata(classifier, dataHash))
            {
                if (file.RequiredMetadata(key) != value)
                    throw new InvalidDataException($"{path}: {key} is {QuotedText.Of(file.RequiredMetadata(key))}, expected '{value}'; delete the file");
            }
            foreach (var arena in Arenas(classifier))
            {
                var all = arena.Download();
                foreach (var slot in arena.Layout.Slots)
                {
                    var values = all.AsSpan((int)slot.Offset, slot.Length);
                    file.Read(slot.Name, slot.Shape, values);
                    foreach (float value in values)
                    {
                        if (!float.IsFinite(value))
                            throw new InvalidDataException($"{path}: tensor '{slot.Name}' holds {value.ToString(CultureInfo.InvariantCulture)}, expected finite numbers; delete the file");
                    }
                }
                arena.Upload(all);
            }
            return classifier;
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    private static IEnumerable<(string Key, string Value)> Metadata(Classifier classifier, string dataHash) =>
    [
        ("format", Format),
        ("recipe", classifier.Recipe.ToJson()),
        ("image", string.Create(CultureInfo.InvariantCulture, $"{classifier.Image.Height}x{classifier.Image.Width}x{classifier.Image.Channels}")),
        ("classes", classifier.Classes.ToString(CultureInfo.InvariantCulture)),
        ("data_sha256", dataHash),
    ];

    private static IEnumerable<Arena> Arenas(Classifier classifier) => [classifier.Parameters.Values, classifier.Parameters.Statistics];
}
