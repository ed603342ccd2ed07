namespace ILGPU.Runtime.Cuda;

/// <summary>CUDA failed. Nothing here throws it.</summary>
public sealed class CudaException : AcceleratorException
{
    public CudaException()
    {
    }

    public CudaException(string message) : base(message)
    {
    }

    public CudaException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>The name of CUDA's error.</summary>
    public string Error { get; } = "N/A";

    public override AcceleratorType AcceleratorType => AcceleratorType.Cuda;
}
