using System.Reflection;
using ILGPU.IR.Intrinsics;

namespace ILGPU.Backends.OpenCL;

/// <summary>The translator to OpenCL. There is none here; the types of this file let code that tells it how to translate a method compile.</summary>
public sealed class CLBackend
{
    internal CLBackend()
    {
    }
}

/// <summary>Writes OpenCL text.</summary>
public sealed class CLCodeGenerator
{
    internal CLCodeGenerator()
    {
    }

    public StatementEmitter BeginStatement(string command) => throw new NotSupportedException($"'{command}' is OpenCL, and this stand-in runs kernels on the CPU alone.");

    /// <summary>One statement.</summary>
    public struct StatementEmitter : IDisposable
    {
        public readonly void BeginArguments()
        {
        }

        public readonly void AppendArgument()
        {
        }

        public readonly void AppendCommand(string command)
        {
        }

        public readonly void EndArguments()
        {
        }

        public readonly void Dispose()
        {
        }
    }
}

/// <summary>How OpenCL does a method.</summary>
public sealed class CLIntrinsic(MethodInfo targetMethod, IntrinsicImplementationMode mode) : IntrinsicImplementation(targetMethod, mode);
