namespace GpuCgan.Host.Runs;

/// <summary>A checkpoint file of a run and the step after which it was written.</summary>
public sealed record RunCheckpoint(long Step, string Path);
