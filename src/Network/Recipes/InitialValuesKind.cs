namespace GpuCgan.Network.Recipes;

/// <summary>From which distribution the first weights come.</summary>
public enum InitialValuesKind
{
    /// <summary>
    /// Weights and biases uniform in ±1/√fan, PyTorch's default for linear layers and both kinds of convolution (He et al. 2015 with a = √5; LeCun, Bottou, Orr and Müller 1998 scale the
    /// variance so). The fan of a linear layer is its inputs; that of a convolution the weights' second dimension times the kernel's size, C·kh·kw, for the transposed kind too.
    /// </summary>
    Uniform,

    /// <summary>Weights N(0, 0.02²), biases 0: Radford, Metz and Chintala, "Unsupervised representation learning with deep convolutional GANs" (2016).</summary>
    Dcgan,
}
