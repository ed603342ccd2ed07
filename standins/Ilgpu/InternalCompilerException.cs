namespace ILGPU;

/// <summary>A kernel that the package cannot compile. Nothing here throws it: a stand-in kernel is the C# method itself.</summary>
public sealed class InternalCompilerException : Exception
{
    public InternalCompilerException()
    {
    }

    public InternalCompilerException(string message) : base(message)
    {
    }

    public InternalCompilerException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
