namespace GpuCgan.Host.Data;

/// <summary>What a check found of a file.</summary>
internal enum FileState
{
    /// <summary>It is not there, under any of its names.</summary>
    Missing,

    /// <summary>Its content is the published one.</summary>
    Right,

    /// <summary>Another file has its name, or it is damaged.</summary>
    Wrong,
}
