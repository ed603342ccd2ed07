using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network;

/// <summary>The operators that the layers share: each is compiled once a device.</summary>
internal sealed class OperatorSet(ComputeDevice device)
{
    /// <exception cref="DeviceFailedException">A kernel does not compile for the device; its operator is named.</exception>
    public static OperatorSet Compile(ComputeDevice device) => device.Compile(d => new OperatorSet(d));

    /// <summary>What they run on.</summary>
    public ComputeDevice Device => device;

    public Gemm Gemm { get; } = new(device);
    public ColumnSum ColumnSum { get; } = new(device);
    public Activate Activate { get; } = new(device);
    public BatchNorm BatchNorm { get; } = new(device);
    public BatchNorm2d BatchNorm2d { get; } = new(device);
    public Convolution Convolution { get; } = new(device);
    public ChannelSum ChannelSum { get; } = new(device);
    public Upsample Upsample { get; } = new(device);
    public AveragePool AveragePool { get; } = new(device);
    public LayerNorm LayerNorm { get; } = new(device);
    public InstanceNorm InstanceNorm { get; } = new(device);
    public Dropout Dropout { get; } = new(device);
    public Embedding Embedding { get; } = new(device);
    public Multiply Multiply { get; } = new(device);
    public Projection Projection { get; } = new(device);
    public OneHot OneHot { get; } = new(device);
    public Philox Philox { get; } = new(device);
    public KeyedShuffle KeyedShuffle { get; } = new(device);
    public GatherScale GatherScale { get; } = new(device);
    public Adam Adam { get; } = new(device);
    public FiniteCheck FiniteCheck { get; } = new(device);
    public SumOfSquares SumOfSquares { get; } = new(device);
    public CopyMatrix CopyMatrix { get; } = new(device);
    public ExponentialMovingAverage Average { get; } = new(device);
    public SoftmaxCrossEntropy SoftmaxCrossEntropy { get; } = new(device);
    public Translate Translate { get; } = new(device);
    public Augment Augment { get; } = new(device);
    public InstanceNoise InstanceNoise { get; } = new(device);
    public Bernoulli Bernoulli { get; } = new(device);
    public RotateLabels RotateLabels { get; } = new(device);
    public MixSamples MixSamples { get; } = new(device);
    public GradientNormPenalty GradientNormPenalty { get; } = new(device);
    public SpectralNorm SpectralNorm { get; } = new(device);
    public RmsProp RmsProp { get; } = new(device);
    public Sgd Sgd { get; } = new(device);
    public WeightClip WeightClip { get; } = new(device);

    /// <summary>The game of a recipe.</summary>
    public AdversarialObjective Objective(ObjectiveKind kind) => kind switch
    {
        ObjectiveKind.BinaryCrossEntropy => AdversarialObjective.BinaryCrossEntropy(device),
        ObjectiveKind.Minimax => AdversarialObjective.Minimax(device),
        ObjectiveKind.MaximumLikelihood => AdversarialObjective.MaximumLikelihood(device),
        ObjectiveKind.LeastSquares => AdversarialObjective.LeastSquares(device),
        ObjectiveKind.Hinge => AdversarialObjective.Hinge(device),
        ObjectiveKind.Wasserstein => AdversarialObjective.Wasserstein(device),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such objective."),
    };
}
