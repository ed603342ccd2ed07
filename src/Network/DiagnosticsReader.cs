using System.Numerics;
using System.Runtime.InteropServices;
using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Network;

/// <summary>
/// Reads <see cref="StepDiagnostics"/> from what a step left on the device: gradients and the batch. Nothing of it runs inside a step; a reading waits for the device, and what
/// it reads into is allocated once.
/// </summary>
internal sealed class DiagnosticsReader
{
    /// <summary>Rows of a half of the batch that are looked at, and pairs of them: enough for a mean, and a bound on the time of a large batch.</summary>
    private const int MostRows = 256;

    private const int MostPairs = 1000;

    private readonly ComputeDevice _device;
    private readonly SumOfSquares _squares;
    private readonly DeviceArray<float> _sumsOfG;
    private readonly DeviceArray<float> _sumsOfD;
    private readonly float[] _pairs;
    private readonly int[] _labels;
    private readonly int _rows;
    private readonly int _pixels;

    /// <param name="device">Where the network is.</param>
    /// <param name="operators">Its operators.</param>
    /// <param name="memory">Owns the sums.</param>
    /// <param name="gan">What is read.</param>
    public DiagnosticsReader(ComputeDevice device, OperatorSet operators, DeviceMemory memory, ConditionalGan gan)
    {
        _device = device;
        _squares = operators.SumOfSquares;
        _sumsOfG = memory.Array<float>(SumOfSquares.Chunks(gan.GeneratorParameters.Gradients.View.Length));
        _sumsOfD = memory.Array<float>(SumOfSquares.Chunks(gan.DiscriminatorParameters.Gradients.View.Length));
        _pixels = gan.Image.Pixels;
        _rows = Math.Min(gan.Recipe.BatchSize, MostRows);
        _pairs = new float[gan.Batch.Pairs.SliceRows(0, _rows).Data.Length];
        _labels = new int[_rows];
    }

    /// <summary>Waits for the device.</summary>
    public StepDiagnostics Read(ConditionalGan gan) => new(
        Norm(gan.GeneratorParameters, _sumsOfG), Norm(gan.DiscriminatorParameters, _sumsOfD),
        Distance(gan.Batch.Pairs, gan.Batch.Labels, 0), Distance(gan.Batch.Pairs, gan.Batch.Labels, gan.Recipe.BatchSize));

    private double Norm(Parameters parameters, DeviceArray<float> sums)
    {
        _squares.Launch(parameters.Gradients.View, sums.View);
        double total = 0;
        foreach (float sum in sums.Download())
            total += sum;
        return Math.Sqrt(total);
    }

    private double Distance(Matrix pairs, ArrayView<int> labels, int firstRow)
    {
        var rows = pairs.SliceRows(firstRow, _rows);
        rows.Data.CopyToCPU(_device.Stream, _pairs.AsSpan());
        labels.SubView(firstRow, _rows).CopyToCPU(_device.Stream, _labels.AsSpan());
        return MeanDistance(_pairs, rows.Stride, _pixels, _labels);
    }

    /// <summary>The mean over pairs of rows with equal labels of the root mean square of their differences; NaN without such a pair.</summary>
    /// <param name="rows">Rows <paramref name="stride"/> floats apart.</param>
    /// <param name="stride">From one row to the next.</param>
    /// <param name="pixels">The first floats of a row, which are compared.</param>
    /// <param name="labels">One a row.</param>
    internal static double MeanDistance(ReadOnlySpan<float> rows, int stride, int pixels, ReadOnlySpan<int> labels)
    {
        double sum = 0;
        int pairs = 0;
        // Neighbours first: should there be too many pairs, every row is in as many.
        for (int apart = 1; apart < labels.Length && pairs < MostPairs; apart++)
        {
            for (int row = 0; row + apart < labels.Length && pairs < MostPairs; row++)
            {
                if (labels[row] != labels[row + apart])
                    continue;
                sum += Math.Sqrt(SquaredDistance(rows.Slice(row * stride, pixels), rows.Slice((row + apart) * stride, pixels)) / pixels);
                pairs++;
            }
        }
        return pairs == 0 ? double.NaN : sum / pairs;
    }

    private static double SquaredDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ReadOnlySpan<Vector<float>> wideA = MemoryMarshal.Cast<float, Vector<float>>(a), wideB = MemoryMarshal.Cast<float, Vector<float>>(b);
        var sums = Vector<float>.Zero;
        for (int i = 0; i < wideA.Length; i++)
        {
            var difference = wideA[i] - wideB[i];
            sums += difference * difference;
        }
        double total = Vector.Sum(sums);
        for (int i = wideA.Length * Vector<float>.Count; i < a.Length; i++)
            total += (a[i] - b[i]) * (a[i] - b[i]);
        return total;
    }
}
