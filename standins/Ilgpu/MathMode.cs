namespace ILGPU;

/// <summary>Whether the package may trade precision for speed. Here mathematics is .NET's, so that it changes nothing.</summary>
public enum MathMode
{
    Default = 0,
    Fast = 1,
    Fast32BitOnly = 2,
}
