using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Architecture;

/// <summary>
/// How a label stands in the input of a network: so many columns behind the rest of it, of ones and zeros with each label's repeated, or learnt.
/// </summary>
/// <param name="Columns">Columns of the code; 0 where the network does not see the label.</param>
/// <param name="Repeat">Columns of ones a label, where the code is not learnt.</param>
/// <param name="IsLearnt">Whether it is a row of a table [classes, columns] that is trained.</param>
/// <param name="IsFactor">Whether the columns of a learnt code are not behind the rest but multiply it.</param>
internal readonly record struct LabelCode(int Columns, int Repeat, bool IsLearnt, bool IsFactor = false)
{
    /// <summary>The width of an input with the code, <paramref name="rest"/> without it.</summary>
    public int InputColumns(int rest) => IsFactor ? rest : rest + Columns;

    public static LabelCode Of(GeneratorLabelKind kind, int latent, int classes) => kind switch
    {
        GeneratorLabelKind.None => default,
        GeneratorLabelKind.Multiply => new LabelCode(latent, 1, true, IsFactor: true),
        GeneratorLabelKind.Embedding => new LabelCode(classes, 1, true),
        _ => new LabelCode(classes, 1, false),
    };

    public static LabelCode Of(DiscriminatorLabelKind kind, ImageShape image, int classes) => kind switch
    {
        DiscriminatorLabelKind.None or DiscriminatorLabelKind.Projection or DiscriminatorLabelKind.Auxiliary or DiscriminatorLabelKind.ClassVector => default,
        DiscriminatorLabelKind.Embedding => new LabelCode(classes, 1, true),
        DiscriminatorLabelKind.Planes => new LabelCode(classes * image.Height * image.Width, image.Height * image.Width, false),
        DiscriminatorLabelKind.Plane => new LabelCode(image.Height * image.Width, 1, true),
        _ => new LabelCode(classes, 1, false),
    };
}
