using System.Reflection;
using ILGPU.IR.Intrinsics;

namespace ILGPU.Backends.PTX;

/// <summary>How CUDA does a method.</summary>
public sealed class PTXIntrinsic(MethodInfo targetMethod, IntrinsicImplementationMode mode) : IntrinsicImplementation(targetMethod, mode);
