namespace ILGPU.Backends.PTX;

/// <summary>How code for NVIDIA devices is ordered, which a context without such devices never asks.</summary>
public enum PTXBackendMode
{
    Default,
    Enhanced,
}
