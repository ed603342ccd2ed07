using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>Which mask a <see cref="Dropout"/> has, for operators that drop out in the same pass as they do something else.</summary>
/// <param name="Clock">[1], the step and the seed; the same for forward and backward.</param>
/// <param name="Purpose">Which mask; see <see cref="Operators.Purpose.Dropout"/>.</param>
/// <param name="Rate">The probability in [0, 1) with which an element is dropped.</param>
public readonly record struct DropoutMask(ArrayView<StepState> Clock, uint Purpose, float Rate);
