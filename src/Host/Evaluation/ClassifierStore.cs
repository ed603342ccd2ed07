using System.Security.Cryptography;
using System.Text;
using GpuCgan.Host.Data;
using GpuCgan.Host.Output;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Classification;

namespace GpuCgan.Host.Evaluation;

/// <summary>
/// Trained classifiers in a folder, so that each is trained once. A file's name is the start of the SHA-256 of all that its content follows from: the images and labels, the recipe and the
/// kind of device, whose arithmetic shows in the last bits.
/// </summary>
internal sealed class ClassifierStore(string folder, ComputeDevice device, IStageDisplay stages)
{
    private const int IdLength = 32;

    /// <summary>The classifier of this recipe and these data: from the folder, or trained now and put there.</summary>
    /// <param name="data">What it learns, all of it.</param>
    /// <param name="recipe">What it is.</param>
    /// <param name="what">What is said while it is trained.</param>
    /// <param name="wasThere">Whether it was in the folder.</param>
    public Classifier Get(ImageDataSet data, ClassifierRecipe recipe, string what, out bool wasThere)
    {
        string path = PathOf(data, recipe);
        var found = TryLoad(path, data, recipe);
        wasThere = found is not null;
        if (found is not null)
            return found;
        var trained = Train(data, recipe, what);
        try
        {
            Directory.CreateDirectory(folder);
            ClassifierFile.Save(trained, path, data.ContentHash);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stages.Warn($"{folder}: the trained classifier could not be kept there ({e.Message}); it will be trained again next time. Choose another folder with --cache-dir.");
        }
        return trained;
    }

    /// <summary>A classifier that is not kept.</summary>
    public Classifier Train(ImageDataSet data, ClassifierRecipe recipe, string what)
    {
        var classifier = new Classifier(device, recipe, new ImageShape(data.Height, data.Width, data.Channels), data.ClassNames.Count);
        try
        {
            stages.Run(what, progress => classifier.Train(data.Pixels.Span, data.LabelBytes(), state => progress(state.Done)));
            return classifier;
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    /// <summary>Equal for equal classifiers: 32 hexadecimal digits.</summary>
    public string IdOf(ImageDataSet data, ClassifierRecipe recipe) => IdOf(data.ContentHash, recipe, device.Kind);

    /// <summary>As above, from the <see cref="ImageDataSet.ContentHash"/> of the data and the device that the classifier is trained on.</summary>
    public static string IdOf(string dataHash, ClassifierRecipe recipe, DeviceKind kind)
    {
        string origin = string.Join('\n', ClassifierFile.Format, recipe.ToJson(), dataHash, kind);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)))[..IdLength];
    }

    private string PathOf(ImageDataSet data, ClassifierRecipe recipe) => Path.Combine(folder, IdOf(data, recipe) + ".safetensors");

    private Classifier? TryLoad(string path, ImageDataSet data, ClassifierRecipe recipe)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return ClassifierFile.Load(device, path, recipe, new ImageShape(data.Height, data.Width, data.Channels), data.ClassNames.Count, data.ContentHash);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            stages.Warn($"the classifier that was kept is not readable and is trained again ({e.Message}).");
            return null;
        }
    }
}
