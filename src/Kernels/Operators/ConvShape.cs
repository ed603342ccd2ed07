namespace GpuCgan.Kernels.Operators;

/// <summary>
/// The geometry that a convolution and a transposed convolution share. An <em>image</em> side [N, Channels·Height·Width] is the input of the
/// convolution and the output of the transposed one; a <em>map</em> side [N, Features·MapHeight·MapWidth] is the other. Both are NCHW inside a row.
/// Weights are [Features, Channels·KernelHeight·KernelWidth] for both, as PyTorch has them: Conv2d's [out, in, kh, kw], ConvTranspose2d's [in, out, kh, kw].
/// </summary>
/// <remarks>MapHeight = ⌊(Height + 2·Padding − KernelHeight)/Stride⌋ + 1 (Dumoulin and Visin 2016), and so for the width.</remarks>
public readonly struct ConvShape
{
    /// <summary>Channels of the image side.</summary>
    public readonly int Channels;

    /// <summary>Rows of an image.</summary>
    public readonly int Height;

    /// <summary>Columns of an image.</summary>
    public readonly int Width;

    /// <summary>Channels of the map side.</summary>
    public readonly int Features;

    /// <summary>Rows of a map.</summary>
    public readonly int MapHeight;

    /// <summary>Columns of a map.</summary>
    public readonly int MapWidth;

    /// <summary>Rows of the kernel.</summary>
    public readonly int KernelHeight;

    /// <summary>Columns of the kernel.</summary>
    public readonly int KernelWidth;

    /// <summary>Pixels from one window to the next, down and across.</summary>
    public readonly int Stride;

    /// <summary>Zeros around an image, on each of its four sides.</summary>
    public readonly int Padding;

    private ConvShape(int channels, int height, int width, int features, int kernelHeight, int kernelWidth, int stride, int padding)
    {
        if (channels < 1 || height < 1 || width < 1 || features < 1 || kernelHeight < 1 || kernelWidth < 1 || stride < 1 || padding < 0)
        {
            throw new ArgumentException(
                $"A convolution of {channels}×{height}×{width} with {features} kernels {kernelHeight}×{kernelWidth}, stride {stride}, padding {padding}: sizes and stride are positive, padding is not negative.");
        }
        if (height + 2L * padding < kernelHeight || width + 2L * padding < kernelWidth)
            throw new ArgumentException($"A kernel of {kernelHeight}×{kernelWidth} does not fit an image of {height}×{width} with padding {padding}.");
        Channels = channels;
        Height = height;
        Width = width;
        Features = features;
        KernelHeight = kernelHeight;
        KernelWidth = kernelWidth;
        Stride = stride;
        Padding = padding;
        MapHeight = (height + 2 * padding - kernelHeight) / stride + 1;
        MapWidth = (width + 2 * padding - kernelWidth) / stride + 1;
        long padded = (height + 2L * padding) * (width + 2L * padding);
        if (channels * padded > int.MaxValue || features * (long)MapHeight * MapWidth > int.MaxValue || features * (long)channels * kernelHeight * kernelWidth > int.MaxValue)
            throw new ArgumentException($"An image, a map or the weights of a convolution {this} have more than 2³¹ − 1 elements.");
    }

    /// <summary>A convolution's geometry, from its input's sizes.</summary>
    /// <exception cref="ArgumentException">A size is not positive, or the kernel does not fit the padded image.</exception>
    public static ConvShape Convolution(int channels, int height, int width, int features, int kernelHeight, int kernelWidth, int stride, int padding) =>
        new(channels, height, width, features, kernelHeight, kernelWidth, stride, padding);

    /// <summary>
    /// A transposed convolution's geometry, from its input's sizes: the input [N, inputs·height·width] is the map side, and the image side has
    /// (height − 1)·stride − 2·padding + kernelHeight + outputPadding rows, and so for the columns.
    /// </summary>
    /// <exception cref="ArgumentException">A size is not positive, or the output padding is not in 0 … stride−1, where another input has that output's size.</exception>
    public static ConvShape Transposed(
        int inputs, int height, int width, int outputs, int kernelHeight, int kernelWidth, int stride, int padding, int outputPadding)
    {
        if (outputPadding < 0 || outputPadding >= stride)
            throw new ArgumentException($"An output padding of {outputPadding} is not in 0 … {stride - 1}, below the stride.", nameof(outputPadding));
        if (height < 1 || width < 1)
            throw new ArgumentException($"A transposed convolution's input of {height}×{width} is empty.");
        return new(
            outputs, (height - 1) * stride - 2 * padding + kernelHeight + outputPadding, (width - 1) * stride - 2 * padding + kernelWidth + outputPadding,
            inputs, kernelHeight, kernelWidth, stride, padding);
    }

    /// <summary>Height·Width.</summary>
    public int Pixels => Height * Width;

    /// <summary>MapHeight·MapWidth, the windows of an image.</summary>
    public int MapPixels => MapHeight * MapWidth;

    /// <summary>Columns of the image side.</summary>
    public int ImageColumns => Channels * Pixels;

    /// <summary>Columns of the map side.</summary>
    public int MapColumns => Features * MapPixels;

    /// <summary>KernelHeight·KernelWidth.</summary>
    public int KernelSize => KernelHeight * KernelWidth;

    /// <summary>Channels·KernelHeight·KernelWidth: columns of the weights.</summary>
    public int Taps => Channels * KernelSize;

    /// <summary>Channels×Height×Width → Features×MapHeight×MapWidth and the kernel, for messages.</summary>
    public override string ToString() =>
        $"{Channels}×{Height}×{Width} → {Features}×{MapHeight}×{MapWidth} (kernel {KernelHeight}×{KernelWidth}, stride {Stride}, padding {Padding})";
}
