using Tensor = GpuCgan.Host.Tests.Export.OnnxModel.Tensor;

namespace GpuCgan.Host.Tests.Export;

/// <summary>ONNX's operators of planes [batch, channels, height, width] in double precision, each written down as its documentation has it.</summary>
internal static class OnnxPlanes
{
    /// <summary>Conv: y[n, m, i, j] = b[m] + Σ w[m, c, p, q]·x[n, c, i·s + p − pad, j·s + q − pad], pads are top, left, bottom, right.</summary>
    public static Tensor Convolve(Tensor x, Tensor w, Tensor? b, int[] strides, int[] pads)
    {
        var (count, channels, height, width) = Extents(x);
        var (features, _, rows, columns) = Extents(w);
        Assert.Equal(w.Shape[1], channels);
        int outHeight = (height + pads[0] + pads[2] - rows) / strides[0] + 1, outWidth = (width + pads[1] + pads[3] - columns) / strides[1] + 1;
        return Make(count, features, outHeight, outWidth, (n, m, i, j) =>
        {
            double sum = b?.Values[m] ?? 0;
            for (int c = 0; c < channels; c++)
            {
                for (int p = 0; p < rows; p++)
                {
                    for (int q = 0; q < columns; q++)
                        sum += w.Values[((m * channels + c) * rows + p) * columns + q] * At(x, n, c, i * strides[0] + p - pads[0], j * strides[1] + q - pads[1]);
                }
            }
            return sum;
        });
    }

    /// <summary>ConvTranspose: every input pixel adds its kernel, w [channels, features, ·, ·], to the output at its place times the stride; then the pads are cut off.</summary>
    public static Tensor Spread(Tensor x, Tensor w, Tensor? b, int[] strides, int[] pads, int[] outputPadding)
    {
        var (count, channels, height, width) = Extents(x);
        var (_, features, rows, columns) = Extents(w);
        Assert.Equal(w.Shape[0], channels);
        int outHeight = strides[0] * (height - 1) + outputPadding[0] + rows - pads[0] - pads[2], outWidth = strides[1] * (width - 1) + outputPadding[1] + columns - pads[1] - pads[3];
        var y = Make(count, features, outHeight, outWidth, (_, m, _, _) => b?.Values[m] ?? 0);
        for (int source = 0; source < x.Values.Length; source++)
        {
            int j = source % width, i = source / width % height, c = source / (width * height) % channels, n = source / (width * height * channels);
            for (int tap = 0; tap < features * rows * columns; tap++)
            {
                int m = tap / (rows * columns), row = i * strides[0] + tap / columns % rows - pads[0], column = j * strides[1] + tap % columns - pads[1];
                if (row >= 0 && row < outHeight && column >= 0 && column < outWidth)
                    y.Values[((n * features + m) * outHeight + row) * outWidth + column] += x.Values[source] * w.Values[c * features * rows * columns + tap];
            }
        }
        return y;
    }

    /// <summary>Resize, nearest, asymmetric, floor: y at i is x at ⌊i/scale⌋.</summary>
    public static Tensor Resize(Tensor x, Tensor scales)
    {
        double[] s = scales.Values;
        Assert.Equal((1.0, 1.0), (s[0], s[1]));
        return Make((int)x.Shape[0], (int)x.Shape[1], (int)(x.Shape[2] * s[2]), (int)(x.Shape[3] * s[3]), (n, c, i, j) => At(x, n, c, (int)Math.Floor(i / s[2]), (int)Math.Floor(j / s[3])));
    }

    /// <summary>AveragePool without pads.</summary>
    public static Tensor Pool(Tensor x, int[] kernel, int[] strides)
    {
        var (count, channels, height, width) = Extents(x);
        return Make(count, channels, (height - kernel[0]) / strides[0] + 1, (width - kernel[1]) / strides[1] + 1, (n, c, i, j) =>
            Enumerable.Range(0, kernel[0] * kernel[1]).Average(k => At(x, n, c, i * strides[0] + k / kernel[1], j * strides[1] + k % kernel[1])));
    }

    /// <summary>BatchNormalization: axis 1 are the channels, whatever lies behind it.</summary>
    public static Tensor BatchNormalize(Tensor x, Tensor scale, Tensor b, Tensor mean, Tensor variance, double epsilon)
    {
        long pixels = x.Shape.Skip(2).Aggregate(1L, (a, extent) => a * extent);
        return x with { Values = [.. x.Values.Select((v, at) => At((int)(at / pixels % x.Shape[1]), v))] };

        double At(int c, double v) => (v - mean.Values[c]) / Math.Sqrt(variance.Values[c] + epsilon) * scale.Values[c] + b.Values[c];
    }

    /// <summary>Parts of equal length, one behind the other, each by its own mean and variance, then scaled and moved by what belongs to a part and a place in it.</summary>
    public static Tensor Standardize(Tensor x, int parts, double epsilon, Func<int, int, (double Scale, double Bias)> affine)
    {
        int length = x.Values.Length / parts;
        var y = new double[x.Values.Length];
        for (int part = 0; part < parts; part++)
        {
            double[] values = x.Values[(part * length)..((part + 1) * length)];
            double mean = values.Average(), deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)) + epsilon);
            for (int at = 0; at < length; at++)
            {
                var (scale, bias) = affine(part, at);
                y[part * length + at] = (values[at] - mean) / deviation * scale + bias;
            }
        }
        return x with { Values = y };
    }

    private static (int, int, int, int) Extents(Tensor x) => ((int)x.Shape[0], (int)x.Shape[1], (int)x.Shape[2], (int)x.Shape[3]);

    private static double At(Tensor x, int n, int c, int row, int column) => row < 0 || row >= x.Shape[2] || column < 0 || column >= x.Shape[3]
        ? 0 : x.Values[(int)(((n * x.Shape[1] + c) * x.Shape[2] + row) * x.Shape[3] + column)];

    private static Tensor Make(int count, int channels, int height, int width, Func<int, int, int, int, double> element)
    {
        var values = new double[count * channels * height * width];
        for (int at = 0; at < values.Length; at++)
            values[at] = element(at / (channels * height * width), at / (height * width) % channels, at / width % height, at % width);
        return new Tensor([count, channels, height, width], values);
    }
}
