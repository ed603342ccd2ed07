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

/// <summary>y = f(γ·(x − mean) / √(variance + ε) + β), column by column, with the running statistics.</summary>
/// <param name="Name">See <see cref="LayerDescription"/>.</param>
/// <param name="Gamma">γ [columns].</param>
/// <param name="Beta">β [columns].</param>
/// <param name="Mean">[columns].</param>
/// <param name="Variance">[columns].</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Activation">f.</param>
public sealed record BatchNormalizationDescription(string Name, float[] Gamma, float[] Beta, float[] Mean, float[] Variance, float Epsilon, Activation Activation)
    : LayerDescription(Name, Activation);

/// <summary>y = f(x), on its own. It has no numbers, and so no name in a checkpoint.</summary>
/// <param name="Activation">f.</param>
public sealed record ActivationDescription(Activation Activation) : LayerDescription("", Activation);
