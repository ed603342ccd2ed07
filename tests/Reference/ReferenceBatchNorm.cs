namespace GpuCgan.Reference;

/// <summary>Batch normalisation by the definition, with its gradient from the Jacobian of the normalisation, written out.</summary>
public sealed class ReferenceBatchNorm
{
    /// <summary>γ·x̂ + β, before the activation.</summary>
    public double[,] Affine { get; }

    /// <summary>Behind the activation.</summary>
    public double[,] Y { get; }

    public double[] Mean { get; }

    /// <summary>Divided by M.</summary>
    public double[] Variance { get; }

    private readonly double[,] _normalized;
    private readonly double[] _gamma;
    private readonly double _epsilon;
    private readonly Enum _activation;

    private ReferenceBatchNorm(double[,] x, double[] gamma, double[] beta, double[] mean, double[] variance, double epsilon, Enum activation)
    {
        int rows = x.GetLength(0), columns = x.GetLength(1);
        (Mean, Variance, _gamma, _epsilon, _activation) = (mean, variance, gamma, epsilon, activation);
        _normalized = new double[rows, columns];
        Affine = new double[rows, columns];
        Y = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                _normalized[i, j] = (x[i, j] - mean[j]) / Math.Sqrt(variance[j] + epsilon);
                Affine[i, j] = gamma[j] * _normalized[i, j] + beta[j];
                Y[i, j] = ReferenceActivation.Forward(activation, Affine[i, j]);
            }
        }
    }

    public static ReferenceBatchNorm Train(double[,] x, double[] gamma, double[] beta, double epsilon, Enum activation)
    {
        int rows = x.GetLength(0), columns = x.GetLength(1);
        var mean = new double[columns];
        var variance = new double[columns];
        for (int j = 0; j < columns; j++)
        {
            for (int i = 0; i < rows; i++)
                mean[j] += x[i, j] / rows;
            for (int i = 0; i < rows; i++)
                variance[j] += Math.Pow(x[i, j] - mean[j], 2) / rows;
        }
        return new ReferenceBatchNorm(x, gamma, beta, mean, variance, epsilon, activation);
    }

    public static ReferenceBatchNorm Infer(double[,] x, double[] gamma, double[] beta, double[] mean, double[] variance, double epsilon, Enum activation) =>
        new(x, gamma, beta, mean, variance, epsilon, activation);

    /// <summary>The gradients of Σ dy·Y for a batch that was trained on: ∂x̂ᵢ/∂xₖ = (δᵢₖ − 1/M − x̂ᵢ·x̂ₖ/M)/√(σ² + ε).</summary>
    public (double[,] DX, double[] DGamma, double[] DBeta) Gradients(double[,] dy)
    {
        int rows = dy.GetLength(0), columns = dy.GetLength(1);
        var dx = new double[rows, columns];
        var dGamma = new double[columns];
        var dBeta = new double[columns];
        for (int j = 0; j < columns; j++)
        {
            for (int i = 0; i < rows; i++)
            {
                double behindAffine = dy[i, j] * ReferenceActivation.Derivative(_activation, Affine[i, j]);
                dGamma[j] += behindAffine * _normalized[i, j];
                dBeta[j] += behindAffine;
                for (int k = 0; k < rows; k++)
                {
                    double jacobian = ((i == k ? 1 : 0) - (1 + _normalized[i, j] * _normalized[k, j]) / rows) / Math.Sqrt(Variance[j] + _epsilon);
                    dx[k, j] += behindAffine * _gamma[j] * jacobian;
                }
            }
        }
        return (dx, dGamma, dBeta);
    }
}
