namespace ILGPU;

/// <summary>How hard the package optimises kernels. Here they are compiled by .NET, so that it changes nothing.</summary>
public enum OptimizationLevel
{
    Debug = 0,
    Release = 1,
    O0 = Debug,
    O1 = Release,
    O2 = 2,
}
