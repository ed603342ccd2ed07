namespace GpuCgan.Reference;

/// <summary>Layer and instance normalisation by the definition: each run of <c>size</c> elements of a row by its own mean and variance; γ and β for each element of a row, or one a run.</summary>
public sealed class ReferenceSegmentNorm
{
    private readonly double[,] _normalized;
    private readonly double[] _gamma;
    private readonly int _size;
    private readonly bool _perElement;
    private readonly Enum _activation;

    public ReferenceSegmentNorm(double[,] x, double[] gamma, double[] beta, int size, bool perElement, double epsilon, Enum activation)
    {
        int rows = x.GetLength(0), columns = x.GetLength(1);
        (_gamma, _size, _perElement, _activation) = (gamma, size, perElement, activation);
        (_normalized, Affine, Deviations) = (new double[rows, columns], new double[rows, columns], new double[rows, columns]);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                int[] run = [.. Enumerable.Range(j / size * size, size)];
                double mean = run.Average(k => x[i, k]);
                Deviations[i, j] = Math.Sqrt(run.Average(k => Math.Pow(x[i, k] - mean, 2)) + epsilon);
                _normalized[i, j] = (x[i, j] - mean) / Deviations[i, j];
                Affine[i, j] = gamma[Parameter(j)] * _normalized[i, j] + beta[Parameter(j)];
            }
        }
        Y = ReferenceLayers.Map(Affine, a => ReferenceActivation.Forward(activation, a));
    }

    /// <summary>Before the activation.</summary>
    public double[,] Affine { get; }

    public double[,] Y { get; }

    /// <summary>√(σ² + ε) of each element's run.</summary>
    public double[,] Deviations { get; }

    private int Parameter(int column) => _perElement ? column : column / _size;

    /// <summary>The gradients of Σ dy·Y, with the whole Jacobian of a run.</summary>
    public (double[,] DX, double[] DGamma, double[] DBeta) Gradients(double[,] dy)
    {
        int rows = dy.GetLength(0), columns = dy.GetLength(1);
        var dx = new double[rows, columns];
        double[] dGamma = new double[_gamma.Length], dBeta = new double[_gamma.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double g = dy[i, j] * ReferenceActivation.Derivative(_activation, Affine[i, j]);
                dGamma[Parameter(j)] += g * _normalized[i, j];
                dBeta[Parameter(j)] += g;
                foreach (int k in Enumerable.Range(j / _size * _size, _size))
                {
                    double jacobian = ((j == k ? 1 : 0) - (1 + _normalized[i, j] * _normalized[i, k]) / _size) / Deviations[i, j];
                    dx[i, k] += g * _gamma[Parameter(j)] * jacobian;
                }
            }
        }
        return (dx, dGamma, dBeta);
    }
}
