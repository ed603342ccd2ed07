using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network;

/// <summary>The operators that the layers share. Each is compiled once a device, when it is first asked for: a recipe needs less than half of them, and on a GPU compiling is what a start waits for.</summary>
/// <exception cref="DeviceFailedException">A kernel does not compile for the device; its operator is named.</exception>
internal sealed class OperatorSet(ComputeDevice device)
{
    /// <summary>What they run on.</summary>
    public ComputeDevice Device => device;

    public Gemm Gemm => field ??= device.Compile(static d => new Gemm(d));
    public ColumnSum ColumnSum => field ??= device.Compile(static d => new ColumnSum(d));
    public Activate Activate => field ??= device.Compile(static d => new Activate(d));
    public BatchNorm BatchNorm => field ??= device.Compile(static d => new BatchNorm(d));
    public BatchNorm2d BatchNorm2d => field ??= device.Compile(static d => new BatchNorm2d(d));
    public Convolution Convolution => field ??= device.Compile(static d => new Convolution(d));
    public ChannelSum ChannelSum => field ??= device.Compile(static d => new ChannelSum(d));
    public Upsample Upsample => field ??= device.Compile(static d => new Upsample(d));
    public AveragePool AveragePool => field ??= device.Compile(static d => new AveragePool(d));
    public LayerNorm LayerNorm => field ??= device.Compile(static d => new LayerNorm(d));
    public InstanceNorm InstanceNorm => field ??= device.Compile(static d => new InstanceNorm(d));
    public Dropout Dropout => field ??= device.Compile(static d => new Dropout(d));
    public Embedding Embedding => field ??= device.Compile(static d => new Embedding(d));
    public Multiply Multiply => field ??= device.Compile(static d => new Multiply(d));
    public Projection Projection => field ??= device.Compile(static d => new Projection(d));
    public OneHot OneHot => field ??= device.Compile(static d => new OneHot(d));
    public Philox Philox => field ??= device.Compile(static d => new Philox(d));
    public KeyedShuffle KeyedShuffle => field ??= device.Compile(static d => new KeyedShuffle(d));
    public GatherScale GatherScale => field ??= device.Compile(static d => new GatherScale(d));
    public Adam Adam => field ??= device.Compile(static d => new Adam(d));
    public FiniteCheck FiniteCheck => field ??= device.Compile(static d => new FiniteCheck(d));
    public SumOfSquares SumOfSquares => field ??= device.Compile(static d => new SumOfSquares(d));
    public CopyMatrix CopyMatrix => field ??= device.Compile(static d => new CopyMatrix(d));
    public ExponentialMovingAverage Average => field ??= device.Compile(static d => new ExponentialMovingAverage(d));
    public SoftmaxCrossEntropy SoftmaxCrossEntropy => field ??= device.Compile(static d => new SoftmaxCrossEntropy(d));
    public Translate Translate => field ??= device.Compile(static d => new Translate(d));
    public Augment Augment => field ??= device.Compile(static d => new Augment(d));
    public InstanceNoise InstanceNoise => field ??= device.Compile(static d => new InstanceNoise(d));
    public Bernoulli Bernoulli => field ??= device.Compile(static d => new Bernoulli(d));
    public RotateLabels RotateLabels => field ??= device.Compile(static d => new RotateLabels(d));
    public MixSamples MixSamples => field ??= device.Compile(static d => new MixSamples(d));
    public GradientNormPenalty GradientNormPenalty => field ??= device.Compile(static d => new GradientNormPenalty(d));
    public SpectralNorm SpectralNorm => field ??= device.Compile(static d => new SpectralNorm(d));
    public RmsProp RmsProp => field ??= device.Compile(static d => new RmsProp(d));
    public Sgd Sgd => field ??= device.Compile(static d => new Sgd(d));
    public WeightClip WeightClip => field ??= device.Compile(static d => new WeightClip(d));

    /// <summary>The game of a recipe.</summary>
    public AdversarialObjective Objective(ObjectiveKind kind) => device.Compile(d => kind switch
    {
        ObjectiveKind.BinaryCrossEntropy => AdversarialObjective.BinaryCrossEntropy(d),
        ObjectiveKind.Minimax => AdversarialObjective.Minimax(d),
        ObjectiveKind.MaximumLikelihood => AdversarialObjective.MaximumLikelihood(d),
        ObjectiveKind.LeastSquares => AdversarialObjective.LeastSquares(d),
        ObjectiveKind.Hinge => AdversarialObjective.Hinge(d),
        ObjectiveKind.Wasserstein => AdversarialObjective.Wasserstein(d),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such objective."),
    });
}
