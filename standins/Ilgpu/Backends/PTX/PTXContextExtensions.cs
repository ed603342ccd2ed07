namespace ILGPU.Backends.PTX;

/// <summary>Options of a context for NVIDIA devices, which this one does not have.</summary>
public static class PTXContextExtensions
{
    /// <summary>Takes the mode, and has no code to order.</summary>
    public static Context.Builder PTXBackend(this Context.Builder builder, PTXBackendMode mode) => builder;
}
