namespace GpuCgan.Kernels.Operators;

/// <summary>
/// What a gradient is multiplied by on its way back through y = f(x), or through y = f(x) with a <see cref="Dropout"/> behind it: the dropout's factor first, then f′, as if the two came one after the other.
/// </summary>
/// <param name="Y">[M, N], y as it is behind both. Behind a dropout f is one whose slope is told by the sign of its output: what was dropped is −0, and what was not keeps its sign.</param>
/// <param name="Activation">f. An output of −0 of its own counts as dropped: only a sum that underflows gives one.</param>
/// <param name="DropoutRate">The dropout's rate in [0, 1); 0 for none.</param>
public readonly record struct Slope(Matrix Y, Activation Activation, float DropoutRate = 0);
