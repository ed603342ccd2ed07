namespace GpuCgan.Reference;

/// <summary>
/// 2-D convolution over [N, C·H·W] arrays by the definition, and its gradients by following each product back to its two factors.
/// </summary>
public sealed record ReferenceConvolution(int Channels, int Height, int Width, int Features, int KernelHeight, int KernelWidth, int Stride, int Padding)
{
    public int MapHeight => Windows(Height, KernelHeight);

    public int MapWidth => Windows(Width, KernelWidth);

    public int ImageColumns => Channels * Height * Width;

    public int MapColumns => Features * MapHeight * MapWidth;

    public int Taps => Channels * KernelHeight * KernelWidth;

    /// <summary>w ⋆ x + b, b may be null.</summary>
    public double[,] Forward(double[,] x, double[,] w, double[]? b)
    {
        var y = new double[x.GetLength(0), MapColumns];
        for (int i = 0; i < y.GetLength(0); i++)
        {
            for (int j = 0; j < MapColumns; j++)
                y[i, j] = b is null ? 0 : b[j / (MapHeight * MapWidth)];
        }
        ForEachProduct(x.GetLength(0), (n, image, feature, tap, map) => y[n, map] += w[feature, tap] * x[n, image]);
        return y;
    }

    /// <summary>The gradient by x of Σ dy·y, plus b by channel, which may be null: the transposed convolution of dy.</summary>
    public double[,] Transposed(double[,] dy, double[,] w, double[]? b)
    {
        var dx = new double[dy.GetLength(0), ImageColumns];
        for (int i = 0; i < dx.GetLength(0); i++)
        {
            for (int j = 0; j < ImageColumns; j++)
                dx[i, j] = b is null ? 0 : b[j / (Height * Width)];
        }
        ForEachProduct(dy.GetLength(0), (n, image, feature, tap, map) => dx[n, image] += w[feature, tap] * dy[n, map]);
        return dx;
    }

    public double[,] WeightGradient(double[,] x, double[,] dy)
    {
        var dw = new double[Features, Taps];
        ForEachProduct(x.GetLength(0), (n, image, feature, tap, map) => dw[feature, tap] += x[n, image] * dy[n, map]);
        return dw;
    }

    private int Windows(int size, int kernel)
    {
        int count = 0;
        for (int start = -Padding; start + kernel <= size + Padding; start += Stride)
            count++;
        return count;
    }

    private void ForEachProduct(int images, Action<int, int, int, int, int> product)
    {
        for (int n = 0; n < images; n++)
        for (int f = 0; f < Features; f++)
        for (int p = 0; p < MapHeight; p++)
        for (int q = 0; q < MapWidth; q++)
        for (int c = 0; c < Channels; c++)
        for (int i = 0; i < KernelHeight; i++)
        for (int j = 0; j < KernelWidth; j++)
        {
            int row = p * Stride - Padding + i, column = q * Stride - Padding + j;
            if (row >= 0 && row < Height && column >= 0 && column < Width)
                product(n, (c * Height + row) * Width + column, f, (c * KernelHeight + i) * KernelWidth + j, (f * MapHeight + p) * MapWidth + q);
        }
    }
}
