using GpuCgan.Network.Layers;

namespace GpuCgan.Network;

/// <summary>
/// G as a list of what it computes, with its numbers: [latent | encoded label], or latent ⊙ encoded label, through the layers, to an image in [−1, 1] whose numbers lie as [channels, height, width].
/// </summary>
/// <param name="Latent">Length of the latent vector.</param>
/// <param name="Classes">Labels are 0 … Classes−1.</param>
/// <param name="LabelColumns">Length of a label's code; 0 where G does not see the label.</param>
/// <param name="LabelTable">[Classes, LabelColumns], the learnt code of each label; null where the code is a one-hot vector.</param>
/// <param name="LabelMultiplies">Whether the code, as long as the latent vector then, multiplies it and does not stand behind it.</param>
/// <param name="Layers">In their order. A layer that does nothing when images are drawn is not among them.</param>
/// <param name="Image">The images' shape.</param>
public sealed record GeneratorDescription(int Latent, int Classes, int LabelColumns, float[]? LabelTable, bool LabelMultiplies, IReadOnlyList<LayerDescription> Layers, ImageShape Image);

/// <summary>One tensor by name, as a checkpoint would hold it.</summary>
/// <param name="Name">Such as <c>linear1.weight</c>.</param>
/// <param name="Shape">Outermost first.</param>
/// <param name="Values">Row-major.</param>
public sealed record NamedTensor(string Name, IReadOnlyList<long> Shape, ReadOnlyMemory<float> Values);
