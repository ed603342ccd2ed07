using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using ILGPU;

namespace GpuCgan.Network;

/// <summary>
/// W̄ = W/σ for every weight of a network's layers (Miyato, Kataoka, Koyama and Yoshida 2018): what the layers multiply by where the weights are spectrally normalised. Tables
/// of labels, biases, scales and shifts are not.
/// </summary>
/// <remarks>
/// u, v and σ are statistics, so they are saved with the weights; W̄ is made of them again. A step ends with <see cref="Follow"/>, one step of power iteration behind the
/// optimiser, so every pass until the next update, G's too, meets the same W̄. Each weight has vectors, a value and scratch memory of its own, so each is a branch.
/// </remarks>
internal sealed class SpectralWeights
{
    private readonly OperatorSet _operators;
    private readonly List<Weight> _weights = [];
    private readonly Arena _normalized;
    private readonly Arena _statistics;

    /// <summary>A weight, its singular vectors and value, and where backward keeps the rows' inner products.</summary>
    private sealed record Weight(TensorSlot W, TensorSlot U, TensorSlot V, TensorSlot Sigma, ArrayView<float> Scratch);

    /// <summary>Whether a tensor is a layer's weight, as the builder names it.</summary>
    private static bool IsWeight(TensorSlot slot) => slot.Name.EndsWith(".weight", StringComparison.Ordinal);

    /// <summary>Takes the places of u, v and σ among the statistics. The weights stay row by row: W/σ and its gradient are made by rows.</summary>
    public static void Place(ArenaLayout trainable, ArenaLayout statistics)
    {
        trainable.KeepRows();
        foreach (var w in trainable.Slots.Where(IsWeight))
        {
            statistics.Vector($"{w.Name}.u", w.Rows);
            statistics.Vector($"{w.Name}.v", w.Columns);
            statistics.Vector($"{w.Name}.sigma", 1);
        }
    }

    /// <summary>Allocates W̄ in an arena of the layout of the values.</summary>
    public SpectralWeights(ArenaLayout trainable, Arena statistics, OperatorSet operators, DeviceMemory memory)
    {
        _operators = operators;
        _statistics = statistics;
        _normalized = new Arena(trainable, memory);
        var slots = statistics.Layout.Slots.ToDictionary(slot => slot.Name);
        foreach (var w in trainable.Slots.Where(IsWeight))
            _weights.Add(new Weight(w, slots[$"{w.Name}.u"], slots[$"{w.Name}.v"], slots[$"{w.Name}.sigma"], memory.View<float>(w.Rows + 1)));
    }

    /// <summary>W̄ of a weight.</summary>
    public Matrix this[TensorSlot weight] => _normalized.Matrix(weight);

    /// <summary>Random u, and what follows from it.</summary>
    public void Initialize(Arena values, StepClock clock)
    {
        for (int i = 0; i < _weights.Count; i++)
            _operators.Philox.Normal(clock.View, Purpose.SingularVector(i), _statistics.Matrix(_weights[i].U));
        Follow(values);
    }

    /// <summary>The weights have moved: one step of power iteration each, and W̄ anew, in branches.</summary>
    public void Follow(Arena values)
    {
        foreach (var w in _weights)
        {
            using var branch = _operators.Device.Beside();
            _operators.SpectralNorm.Iterate(values.Matrix(w.W), _statistics[w.U], _statistics[w.V], _statistics[w.Sigma]);
            Normalize(w, values);
        }
    }

    /// <summary>W̄ from weights and statistics as they are: behind a checkpoint's reading.</summary>
    public void Restore(Arena values)
    {
        foreach (var w in _weights)
            Normalize(w, values);
    }

    /// <summary>The gradients by W̄ become those by W, in place.</summary>
    public void Backward(Arena gradients)
    {
        foreach (var w in _weights)
        {
            using var branch = _operators.Device.Beside();
            var gradient = gradients.Matrix(w.W);
            _operators.SpectralNorm.Backward(gradient, _normalized.Matrix(w.W), _statistics[w.U], _statistics[w.V], _statistics[w.Sigma], w.Scratch, gradient);
        }
        _operators.Device.Join();
    }

    private void Normalize(Weight w, Arena values) =>
        _operators.SpectralNorm.Normalize(values.Matrix(w.W), _statistics[w.U], _statistics[w.V], _statistics[w.Sigma], _normalized.Matrix(w.W));
}
