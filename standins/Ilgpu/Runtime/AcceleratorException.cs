namespace ILGPU.Runtime;

/// <summary>A device or its driver failed. A CPU has no driver: nothing here throws it.</summary>
public abstract class AcceleratorException : Exception
{
    protected AcceleratorException()
    {
    }

    protected AcceleratorException(string message) : base(message)
    {
    }

    protected AcceleratorException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public abstract AcceleratorType AcceleratorType { get; }
}
