namespace ILGPU;

/// <summary>
/// Something that only a kernel may do was done outside one, or a kernel did what no device allows: a barrier in divergent code,
/// shared memory of different sizes within a group, a launch from within a kernel.
/// </summary>
public sealed class InvalidKernelOperationException : InvalidOperationException
{
    public InvalidKernelOperationException()
    {
    }

    public InvalidKernelOperationException(string message) : base(message)
    {
    }

    public InvalidKernelOperationException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
