using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Network;

/// <summary>The operators that the layers share: each is compiled once a device.</summary>
internal sealed class OperatorSet(ComputeDevice device)
{
    /// <exception cref="DeviceFailedException">A kernel does not compile for the device; its operator is named.</exception>
    public static OperatorSet Compile(ComputeDevice device) => device.Compile(d => new OperatorSet(d));

    public Gemm Gemm { get; } = new(device);
    public ColumnSum ColumnSum { get; } = new(device);
    public Activate Activate { get; } = new(device);
    public BatchNorm BatchNorm { get; } = new(device);
    public Dropout Dropout { get; } = new(device);
    public Embedding Embedding { get; } = new(device);
    public OneHot OneHot { get; } = new(device);
    public Philox Philox { get; } = new(device);
    public KeyedShuffle KeyedShuffle { get; } = new(device);
    public GatherScale GatherScale { get; } = new(device);
    public Adam Adam { get; } = new(device);
    public FiniteCheck FiniteCheck { get; } = new(device);
    public ExponentialMovingAverage Average { get; } = new(device);
    public BinaryCrossEntropy BinaryCrossEntropy { get; } = new(device);
    public SoftmaxCrossEntropy SoftmaxCrossEntropy { get; } = new(device);
    public Translate Translate { get; } = new(device);
    public LeastSquares LeastSquares { get; } = new(device);
}
