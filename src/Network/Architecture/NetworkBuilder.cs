using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Layers;
using GpuCgan.Network.Recipes;
using ILGPU;

namespace GpuCgan.Network.Architecture;

/// <summary>
/// Makes a network of a plan in two steps: first every layer takes its places in the arenas, then, once the arenas are there, the layers are made. A layer with weights or
/// a normalisation takes the activation that follows it into its epilogue, and a linear one the dropout that would work in place behind that.
/// </summary>
/// <remarks>Tensors are named after the layer with weights that they belong to, counted from 1: linear1.weight, norm2.gamma.</remarks>
internal sealed class NetworkBuilder(OperatorSet operators, StepClock clock, DeviceMemory memory, Recipe recipe, int rows)
{
    private readonly List<Func<Parameters, Layer>> _makers = [];
    private int _weightLayers;
    private int _dropouts;

    /// <summary>The places of what is trained.</summary>
    public ArenaLayout Trainable { get; } = new();

    /// <summary>The places of what is estimated.</summary>
    public ArenaLayout Statistics { get; } = new();

    /// <summary>Takes the places of the plan's layers.</summary>
    /// <param name="plan">What is built.</param>
    /// <param name="firstStream">The first of the streams of initial values, two a layer with weights.</param>
    public void Place(NetworkPlan plan, int firstStream)
    {
        // Whether the batch in front is still needed as it is when backward comes to it.
        bool isOutputKept = true;
        for (int i = 0; i < plan.Layers.Count; i++)
        {
            var layer = plan.Layers[i];
            var spec = layer.Spec;
            var activation = Activation.Identity;
            if ((spec.HasWeights || spec.IsNorm) && i + 1 < plan.Layers.Count && plan.Layers[i + 1].Spec.IsActivation)
                activation = ActivationOf(plan.Layers[++i].Spec);
            LayerDropout? dropout = null;
            if (spec.Kind == LayerKind.Linear && !IsCurved(activation) && i + 1 < plan.Layers.Count && plan.Layers[i + 1].Spec.Kind == LayerKind.Dropout)
                dropout = new LayerDropout(clock, _dropouts++, plan.Layers[++i].Spec.Value);
            bool isNormalised = i + 1 < plan.Layers.Count && plan.Layers[i + 1].Spec.IsNorm;
            var (_, height, width) = layer.Input;
            Trainable.BeginLayer();
            _makers.Add(spec.Kind switch
            {
                LayerKind.Linear => PlaceLinear(layer, activation, dropout, firstStream),
                LayerKind.Conv => PlaceConvolution(layer, activation, hasBias: !isNormalised, firstStream),
                LayerKind.ConvTranspose => PlaceTransposedConvolution(layer, activation, hasBias: !isNormalised, firstStream),
                LayerKind.Upsample => _ => new Upsampling(operators, layer.Input.Channels, height, width),
                LayerKind.AveragePool => _ => new AveragePooling(operators, layer.Input.Channels, height, width),
                LayerKind.BatchNorm => PlaceBatchNorm(layer, activation),
                LayerKind.LayerNorm => PlaceSampleNorm(layer, activation, planes: 0),
                LayerKind.InstanceNorm => PlaceSampleNorm(layer, activation, layer.Input.Channels),
                LayerKind.Dropout => PlaceDropout(layer, inPlace: !isOutputKept),
                _ => _ => new ActivationLayer(operators, Width(layer), ActivationOf(spec)),
            });
            isOutputKept = IsCurved(activation) || spec.IsActivation;
        }
    }

    /// <summary>The layers, with their parameters in <paramref name="parameters"/>, whose arenas have the layouts of this builder.</summary>
    public IReadOnlyList<Layer> Make(Parameters parameters) => [.. _makers.Select(make => make(parameters))];

    private Func<Parameters, Layer> PlaceLinear(PlannedLayer layer, Activation activation, LayerDropout? dropout, int firstStream)
    {
        int index = _weightLayers++;
        var slots = LinearSlots.Add(Trainable, $"linear{index + 1}", (int)layer.Input.Length, Width(layer), firstStream + 2 * index);
        return parameters => new Linear(operators, parameters, clock, slots, activation, recipe.InitialValues, dropout);
    }

    private Func<Parameters, Layer> PlaceConvolution(PlannedLayer layer, Activation activation, bool hasBias, int firstStream)
    {
        int index = _weightLayers++;
        var (spec, input, output) = layer;
        var shape = ConvShape.Convolution(input.Channels, input.Height, input.Width, output.Channels, spec.Kernel.Height, spec.Kernel.Width, spec.Stride, spec.Padding);
        var slots = ConvolutionSlots.Add(Trainable, $"conv{index + 1}", shape, output.Channels, hasBias, firstStream + 2 * index);
        return parameters => new Layers.Convolution(operators, parameters, clock, slots, shape, activation, recipe.InitialValues, WeightScratch(shape));
    }

    private Func<Parameters, Layer> PlaceTransposedConvolution(PlannedLayer layer, Activation activation, bool hasBias, int firstStream)
    {
        int index = _weightLayers++;
        var (spec, input, output) = layer;
        var shape = ConvShape.Transposed(
            input.Channels, input.Height, input.Width, output.Channels, spec.Kernel.Height, spec.Kernel.Width, spec.Stride, spec.Padding, spec.OutputPadding);
        var slots = ConvolutionSlots.Add(Trainable, $"conv{index + 1}", shape, output.Channels, hasBias, firstStream + 2 * index);
        return parameters => new Layers.TransposedConvolution(operators, parameters, clock, slots, shape, activation, recipe.InitialValues, WeightScratch(shape));
    }

    /// <summary>Each layer's own: weight gradients run beside one another.</summary>
    private ArrayView<float> WeightScratch(ConvShape shape) => operators.Convolution.WeightScratch(shape, rows) is > 0 and var floats ? memory.View<float>(floats) : default;

    private Func<Parameters, Layer> PlaceBatchNorm(PlannedLayer layer, Activation activation)
    {
        var slots = BatchNormSlots.Add(Trainable, Statistics, $"norm{_weightLayers}", layer.Input.Channels);
        return parameters => new BatchNormalization(operators, parameters, memory, slots, recipe.BatchNorm, activation, layer.Input.Height * layer.Input.Width);
    }

    private Func<Parameters, Layer> PlaceSampleNorm(PlannedLayer layer, Activation activation, int planes)
    {
        var slots = NormSlots.Add(Trainable, $"norm{_weightLayers}", planes > 0 ? planes : Width(layer));
        return parameters => new SampleNormalization(operators, parameters, memory, slots, Width(layer), planes, rows, recipe.BatchNormEpsilon, activation);
    }

    private Func<Parameters, Layer> PlaceDropout(PlannedLayer layer, bool inPlace)
    {
        int index = _dropouts++;
        return _ => new DropoutLayer(operators, clock, Width(layer), index, layer.Spec.Value, inPlace);
    }

    /// <summary>A rectifier's slope can be told from its output times a mask; the slopes of the others cannot.</summary>
    private static bool IsCurved(Activation activation) => activation.Kind is ActivationKind.Tanh or ActivationKind.Sigmoid;

    private static int Width(PlannedLayer layer) => (int)layer.Output.Length;

    private static Activation ActivationOf(LayerSpec spec) => spec.Kind switch
    {
        LayerKind.Relu => Activation.Relu,
        LayerKind.LeakyRelu => spec.Value > 0 ? Activation.LeakyRelu(spec.Value) : Activation.Relu,
        LayerKind.Tanh => Activation.Tanh,
        _ => Activation.Sigmoid,
    };
}
