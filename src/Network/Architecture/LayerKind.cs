namespace GpuCgan.Network.Architecture;

/// <summary>The layers that a recipe may name. A recipe spells them in snake case.</summary>
internal enum LayerKind
{
    /// <summary><c>linear W</c>: fully connected, of whatever came before as one vector. <c>linear W at 1/K</c>: to W planes of an edge that is a K-th of the image's.</summary>
    Linear,

    /// <summary><c>conv W 3x3 stride 2 pad 1</c>: convolution to W planes.</summary>
    Conv,

    /// <summary><c>conv_transpose W 4x4 stride 2 pad 1 output_pad 0</c>: transposed convolution to W planes.</summary>
    ConvTranspose,

    /// <summary>Each pixel twice in both directions.</summary>
    Upsample,

    /// <summary>The mean of each 2×2 pixels.</summary>
    AveragePool,

    /// <summary>Batch normalisation: a vector's numbers over the batch, a plane over the batch and its pixels.</summary>
    BatchNorm,

    /// <summary>Layer normalisation: a sample over all its numbers.</summary>
    LayerNorm,

    /// <summary>Instance normalisation: each plane of each sample over its pixels.</summary>
    InstanceNorm,

    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary><c>leaky_relu A</c>: x, or A·x where x is negative.</summary>
    LeakyRelu,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>1/(1 + e⁻ˣ).</summary>
    Sigmoid,

    /// <summary><c>dropout P</c>: zero with probability P while training.</summary>
    Dropout,
}
