using System.Text.Json;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Network.Classification;

/// <summary>
/// What makes a classifier the classifier it is, apart from its data. There are two: <see cref="Judge"/> reads generated images, and <see cref="Student"/> learns from
/// them. They are not for a user to change, so that one run's scores can be laid beside another's.
/// </summary>
public sealed record ClassifierRecipe
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Hidden widths for 28×28 images; see <see cref="ImageShape.ScaleWidths"/>. The last is that of the features.</summary>
    public int[] Widths { get; init; } = [512, 512, 128];

    /// <summary>The dropout rate behind every hidden layer but the last, whose features stay whole.</summary>
    public float Dropout { get; init; } = 0.1f;

    /// <summary>How far a training image is moved at most, in pixels, each way; 0 for not at all.</summary>
    public int Translation { get; init; }

    /// <summary>Images a batch.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Adam's rate at the start; it falls to 0 in a straight line.</summary>
    public float LearningRate { get; init; } = 1e-3f;

    /// <summary>Passes over the training images, where that makes a number of steps between the bounds.</summary>
    public int Epochs { get; init; } = 12;

    /// <summary>Steps at least.</summary>
    public int FewestSteps { get; init; } = 2000;

    /// <summary>Steps at most.</summary>
    public int MostSteps { get; init; } = 6000;

    /// <summary>The seed of its first weights, its batches and its dropout.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// For reading images as well as can be: trained on images moved by up to a fourteenth of their shorter side. Never mirrored: a mirrored digit is none.
    /// </summary>
    public static ClassifierRecipe Judge(ImageShape image) => new() { Translation = (int)Math.Round(Math.Min(image.Height, image.Width) / 14.0) };

    /// <summary>For measuring what a set of images teaches: they are taken as they are, since whatever is added to them is not the generator's merit.</summary>
    public static ClassifierRecipe Student { get; } = new();

    internal AdamOptions Adam => new(LearningRate, 0.9f, 0.999f, 1e-8f, 0);

    /// <summary>Steps that a training on <paramref name="images"/> images takes.</summary>
    public int StepsFor(int images) => (int)Math.Clamp((long)Epochs * images / BatchSize, FewestSteps, MostSteps);

    /// <summary>Every field, in a fixed order: equal texts train equal classifiers.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
