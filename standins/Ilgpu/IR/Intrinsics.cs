using System.Reflection;

namespace ILGPU.IR.Intrinsics;

/// <summary>Marks a method that a backend may translate in a way of its own. On the CPU it is the method that it is.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class IntrinsicImplementationAttribute : Attribute;

public enum IntrinsicImplementationMode
{
    /// <summary>Another method is called.</summary>
    Redirect,

    /// <summary>A method writes the code.</summary>
    GenerateCode,
}

/// <summary>How one backend does a method.</summary>
public abstract class IntrinsicImplementation
{
    protected IntrinsicImplementation(MethodInfo targetMethod, IntrinsicImplementationMode mode)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        Mode = mode;
    }

    public IntrinsicImplementationMode Mode { get; }
}

/// <summary>The methods that backends translate in their own way. Nothing here asks for them.</summary>
public sealed class IntrinsicImplementationManager
{
    internal IntrinsicImplementationManager()
    {
    }

    public void RegisterMethod(MethodInfo method, IntrinsicImplementation implementation)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(implementation);
    }
}
