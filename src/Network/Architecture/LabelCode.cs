using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Architecture;

/// <summary>
/// How a label stands in the input of a network: so many columns behind the rest of it, of ones and zeros with each label's repeated, or learnt.
/// </summary>
/// <param name="Columns">Columns of the code; 0 where the network does not see the label.</param>
/// <param name="Repeat">Columns of ones a label, where the code is not learnt.</param>
/// <param name="IsLearnt">Whether it is a row of a table [classes, columns] that is trained.</param>
internal readonly record struct LabelCode(int Columns, int Repeat, bool IsLearnt)
{
    public static LabelCode Of(GeneratorLabelKind kind, int classes) => kind switch
    {
        GeneratorLabelKind.None => default,
        GeneratorLabelKind.Embedding => new LabelCode(classes, 1, true),
        _ => new LabelCode(classes, 1, false),
    };

    public static LabelCode Of(DiscriminatorLabelKind kind, ImageShape image, int classes) => kind switch
    {
        DiscriminatorLabelKind.None => default,
        DiscriminatorLabelKind.Embedding => new LabelCode(classes, 1, true),
        DiscriminatorLabelKind.Planes => new LabelCode(classes * image.Height * image.Width, image.Height * image.Width, false),
        DiscriminatorLabelKind.Plane => new LabelCode(image.Height * image.Width, 1, true),
        _ => new LabelCode(classes, 1, false),
    };
}
