using System.Reflection;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime.Cuda;

namespace ILGPU.Backends.PTX;

/// <summary>How CUDA does a method, on all devices or from one architecture on and below another.</summary>
public sealed class PTXIntrinsic : IntrinsicImplementation
{
    public PTXIntrinsic(MethodInfo targetMethod, IntrinsicImplementationMode mode) : base(targetMethod, mode)
    {
    }

    public PTXIntrinsic(MethodInfo targetMethod, IntrinsicImplementationMode mode, CudaArchitecture minArchitecture) : this(targetMethod, mode, minArchitecture, null)
    {
    }

    public PTXIntrinsic(MethodInfo targetMethod, IntrinsicImplementationMode mode, CudaArchitecture? minArchitecture, CudaArchitecture? maxArchitecture) : base(targetMethod, mode)
    {
        MinArchitecture = minArchitecture;
        MaxArchitecture = maxArchitecture;
    }

    /// <summary>The first it is for; null for no bound.</summary>
    public CudaArchitecture? MinArchitecture { get; }

    /// <summary>The first it is not for any more; null for no bound.</summary>
    public CudaArchitecture? MaxArchitecture { get; }
}
