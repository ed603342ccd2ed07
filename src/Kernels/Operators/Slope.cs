namespace GpuCgan.Kernels.Operators;

/// <summary>
/// What a gradient is multiplied by on its way back through y = f(x), or through y = f(x)·mask / (1 − rate): the mask's factor first, then f′, as if the two came one after the other.
/// </summary>
/// <param name="Y">[M, N], y as it is behind both. Behind a mask f is one whose slope is told by the sign of its output: what was dropped is 0, and what was not keeps its sign.</param>
/// <param name="Activation">f.</param>
/// <param name="Mask">The mask, if there is one.</param>
public readonly record struct Slope(Matrix Y, Activation Activation, DropoutMask? Mask = null);
