namespace ILGPU.Execution;

/// <summary>The methods of <see cref="ILGPU.Group"/> at which a lane waits for its group, by name.</summary>
internal enum BarrierKind : byte
{
    Barrier,
    BarrierPopCount,
    BarrierAnd,
    BarrierOr,
}
