using GpuCgan.Kernels.Operators;

namespace GpuCgan.Network.Layers;

/// <summary>What a layer computes when images are drawn, with its numbers, in words that other programs have too: what an export writes.</summary>
/// <param name="Name">The layer's name in checkpoints, such as <c>linear1</c>.</param>
/// <param name="Activation">What comes behind it.</param>
public abstract record LayerDescription(string Name, Activation Activation);

/// <summary>y = f(x·w + b).</summary>
/// <param name="Name">See <see cref="LayerDescription"/>.</param>
/// <param name="Inputs">Columns of x.</param>
/// <param name="Outputs">Columns of y.</param>
/// <param name="Weight">w [Inputs, Outputs].</param>
/// <param name="Bias">b [Outputs].</param>
/// <param name="Activation">f.</param>
public sealed record LinearDescription(string Name, int Inputs, int Outputs, float[] Weight, float[] Bias, Activation Activation) : LayerDescription(Name, Activation);

/// <summary>y = f(conv(x, w) + b), or f(convᵀ(x, w) + b).</summary>
/// <param name="Name">See <see cref="LayerDescription"/>.</param>
/// <param name="Shape">The geometry. A convolution goes from its image side to its map side, a transposed one back.</param>
/// <param name="IsTransposed">Which of the two.</param>
/// <param name="Weight">w [Features, Channels, KernelHeight, KernelWidth] of the geometry.</param>
/// <param name="Bias">b, one an output plane; null where there is none.</param>
/// <param name="Activation">f.</param>
public sealed record ConvolutionDescription(string Name, ConvShape Shape, bool IsTransposed, float[] Weight, float[]? Bias, Activation Activation) : LayerDescription(Name, Activation);

/// <summary>y = f(γ·(x − mean) / √(variance + ε) + β), plane by plane, with the running statistics.</summary>
/// <param name="Name">See <see cref="LayerDescription"/>.</param>
/// <param name="Pixels">Numbers of a plane; 1 where every column has statistics of its own.</param>
/// <param name="Gamma">γ [planes].</param>
/// <param name="Beta">β [planes].</param>
/// <param name="Mean">[planes].</param>
/// <param name="Variance">[planes].</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Activation">f.</param>
public sealed record BatchNormalizationDescription(string Name, int Pixels, float[] Gamma, float[] Beta, float[] Mean, float[] Variance, float Epsilon, Activation Activation)
    : LayerDescription(Name, Activation);

/// <summary>y = f(γ·(x − mean) / √(variance + ε) + β) with the statistics of each sample, over all its numbers (layer normalisation) or over those of each plane (instance normalisation).</summary>
/// <param name="Name">See <see cref="LayerDescription"/>.</param>
/// <param name="Planes">0 for layer normalisation; the planes of instance normalisation.</param>
/// <param name="Pixels">Numbers of a plane; of a sample, in layer normalisation.</param>
/// <param name="Gamma">γ: one a plane, or one a number in layer normalisation.</param>
/// <param name="Beta">β, likewise.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Activation">f.</param>
public sealed record SampleNormalizationDescription(string Name, int Planes, int Pixels, float[] Gamma, float[] Beta, float Epsilon, Activation Activation) : LayerDescription(Name, Activation);

/// <summary>Planes of twice the edges, each pixel four times, or of half the edges, each pixel the mean of four. It has no numbers, and so no name in a checkpoint.</summary>
/// <param name="Channels">Planes.</param>
/// <param name="Height">Rows of a plane in front of it.</param>
/// <param name="Width">Columns of a plane in front of it.</param>
/// <param name="IsUpsampling">Which of the two.</param>
public sealed record ResamplingDescription(int Channels, int Height, int Width, bool IsUpsampling) : LayerDescription("", Activation.Identity);

/// <summary>y = f(x), on its own. It has no numbers, and so no name in a checkpoint.</summary>
/// <param name="Activation">f.</param>
public sealed record ActivationDescription(Activation Activation) : LayerDescription("", Activation);
