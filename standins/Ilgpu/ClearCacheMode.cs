namespace ILGPU;

/// <summary>What <see cref="Context.ClearCache"/> forgets.</summary>
public enum ClearCacheMode
{
    /// <summary>All that is not ILGPU's own.</summary>
    Default = 0,

    Everything = 1,
}
